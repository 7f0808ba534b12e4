import type { Json } from '@ostrata/contract';
import type { PackageFile } from '@ostrata/source-definitions';
import { layeringError } from '../errors.ts';
import { type Layers, type LocalPackage, localName, nameOf } from './layers.ts';

/** What a verb wants to change of what is laid over the image, in the user's words: `deploy.extras.layering`. */
export interface Change {
  /** Names, patterns, files, URLs. */
  readonly install: readonly string[];
  /** Requests, or packages that came as files by name or NEVRA. */
  readonly uninstall: readonly string[];
  readonly uninstallAll: boolean;
  readonly force: boolean;
  readonly idempotent: boolean;
  readonly allowInactive: boolean;
  /** Use the initramfs of the image again. */
  readonly resetInitramfs: boolean;
  readonly override: {
    /** Files, URLs; names where `from` names a repository. */
    readonly replace: readonly string[];
    readonly from: string | null;
    /** Keep the builds that `from` has now, as if they had come as files. */
    readonly freeze: boolean;
    readonly remove: readonly string[];
    readonly reset: readonly string[];
    readonly resetAll: boolean;
  };
}

export const NO_CHANGE: Change = {
  install: [],
  uninstall: [],
  uninstallAll: false,
  force: false,
  idempotent: false,
  allowInactive: false,
  resetInitramfs: false,
  override: { replace: [], from: null, freeze: false, remove: [], reset: [], resetAll: false },
};

/** The part of `deploy.extras.layering` that verbs of other plugins fill in, completed. */
export function changeFrom(extras: Json | undefined): Change | null {
  if (typeof extras !== 'object' || extras === null || Array.isArray(extras)) return null;
  const wish = (extras as { readonly change?: Partial<Change> }).change;
  if (wish === undefined) return null;
  return { ...NO_CHANGE, ...wish, override: { ...NO_CHANGE.override, ...wish.override } };
}

/** Whether a word of a command line is a package file or the URL of one. */
export const isFile = (word: string): boolean => /^https?:\/\//i.test(word) || /\.rpm$/.test(word);

/** Package files that a change names, in the order in which `applyChange` wants them read. */
export function filesOf({ install, override }: Change): string[] {
  return [...install.filter(isFile), ...(override.from === null ? override.replace : [])];
}

/**
 * Makes a change.
 * @param files what was read of `filesOf`, in that order.
 * @throws HostError LAYERING_REQUESTED, LAYERING_OVERRIDE.
 */
export function applyChange(layers: Layers, change: Change, files: readonly PackageFile[]): Layers {
  const count = change.install.filter(isFile).length;
  const installed = files.slice(0, count).map(localOf);
  const replacing = files.slice(count).map(localOf);
  const steps = [
    (now: Layers) => uninstall(now, change),
    (now: Layers) => reset(now, change),
    (now: Layers) => install(now, change, installed),
    (now: Layers) => override(now, change, replacing),
  ];
  return steps.reduce((now, step) => step(now), layers);
}

const localOf = ({ digest, nevra }: PackageFile): LocalPackage => ({ digest, nevra });

function uninstall(layers: Layers, { uninstall: words, uninstallAll, idempotent }: Change): Layers {
  if (uninstallAll) return { ...layers, requested: [], local: [], forced: [] };
  let now = layers;
  for (const word of words) {
    const names = (one: LocalPackage) => one.nevra === word || nameOf(one.nevra) === word;
    const next = {
      ...now,
      requested: now.requested.filter((request) => request !== word),
      local: now.local.filter((one) => !names(one)),
      forced: now.forced.filter((one) => !names(one)),
    };
    const gone = sizeOf(now) - sizeOf(next);
    if (gone === 0 && !idempotent) {
      throw layeringError('LAYERING_REQUESTED', `The package ${word} is not requested.`, {
        hint: requestsHint(layers),
        data: { package: word, requested: [...layers.requested] },
      });
    }
    now = next;
  }
  return now;
}

const sizeOf = ({ requested, local, forced }: Layers): number => requested.length + local.length + forced.length;

function requestsHint({ requested, local, forced }: Layers): string {
  const all = [...requested, ...[...local, ...forced].map(({ nevra }) => nevra)];
  return all.length === 0
    ? 'Nothing is laid over the image; packages of the image go with `ostrata override remove`.'
    : `Requested are: ${all.join(', ')}. Packages of the image go with \`ostrata override remove\`.`;
}

function install(layers: Layers, change: Change, files: readonly LocalPackage[]): Layers {
  let now = layers;
  for (const word of change.install.filter((one) => !isFile(one))) {
    if (now.requested.includes(word)) {
      if (!change.idempotent) throw already(word);
    } else now = { ...now, requested: [...now.requested, word] };
  }
  for (const file of files) {
    const key = change.force ? 'forced' : 'local';
    const same = (one: LocalPackage) => localName(one) === localName(file);
    if (now.local.some(same) || now.forced.some(same)) {
      if (!change.idempotent) throw already(file.nevra);
      continue;
    }
    // Another build of the same package takes its place.
    const other = (one: LocalPackage) => nameOf(one.nevra) !== nameOf(file.nevra);
    now = { ...now, local: now.local.filter(other), forced: now.forced.filter(other) };
    now = { ...now, [key]: [...now[key], file] };
  }
  return now;
}

function already(word: string): Error {
  return layeringError('LAYERING_REQUESTED', `The package ${word} is requested already.`, {
    hint: 'With --idempotent that is no error.',
    data: { package: word },
  });
}

function reset(layers: Layers, { override: { reset: words, resetAll } }: Change): Layers {
  if (resetAll) return { ...layers, remove: [], replaceLocal: [], replace: [] };
  let now = layers;
  for (const word of words) {
    const names = (one: LocalPackage) => one.nevra === word || nameOf(one.nevra) === word;
    const next = {
      ...now,
      remove: now.remove.filter((name) => name !== word && name !== nameOf(word)),
      replaceLocal: now.replaceLocal.filter((one) => !names(one)),
      replace: withoutReplaced(now, (name) => name === word),
    };
    if (JSON.stringify(next) === JSON.stringify(now)) {
      throw layeringError('LAYERING_OVERRIDE', `There is no override of the package ${word}.`, {
        hint: 'See them with `ostrata status`.',
        data: { package: word },
      });
    }
    now = next;
  }
  return now;
}

function withoutReplaced({ replace }: Layers, goes: (name: string) => boolean): Layers['replace'] {
  return replace
    .map(({ repo, packages }) => ({ repo, packages: packages.filter((name) => !goes(name)) }))
    .filter(({ packages }) => packages.length > 0);
}

function override(layers: Layers, change: Change, files: readonly LocalPackage[]): Layers {
  const { replace, from, remove } = change.override;
  let now = layers;
  for (const name of remove) {
    if (now.remove.includes(name)) throw overridden(name, 'removed');
    if (now.replaceLocal.some(({ nevra }) => nameOf(nevra) === name)) throw overridden(name, 'replaced');
    now = { ...now, remove: [...now.remove, name] };
  }
  for (const file of files) {
    const name = nameOf(file.nevra);
    if (now.remove.includes(name)) throw overridden(name, 'removed');
    const others = now.replaceLocal.filter(({ nevra }) => nameOf(nevra) !== name);
    now = { ...now, replaceLocal: [...others, file], replace: withoutReplaced(now, (one) => one === name) };
  }
  if (from !== null && replace.length > 0) {
    const taken = new Set(replace);
    const others = withoutReplaced(now, (one) => taken.has(one));
    const mine = others.find(({ repo }) => repo === from)?.packages ?? [];
    now = {
      ...now,
      replaceLocal: now.replaceLocal.filter(({ nevra }) => !taken.has(nameOf(nevra))),
      replace: [...others.filter(({ repo }) => repo !== from), { repo: from, packages: [...mine, ...taken] }],
    };
  }
  return now;
}

function overridden(name: string, how: string): Error {
  return layeringError('LAYERING_OVERRIDE', `The base package ${name} is ${how} by an override already.`, {
    hint: `Take that back with \`ostrata override reset ${name}\`.`,
    data: { package: name },
  });
}
