import type { Origin } from '@ostrata/origin';

/** A package that came as a file, as origin files name it. */
export interface LocalPackage {
  /** sha256 (hex) of all that comes before its payload. */
  readonly digest: string;
  readonly nevra: string;
}

/** What is laid over an image, as its origin file asks for it (rpm-ostree, rust/src/origin.rs). */
export interface Layers {
  /** In the words of whoever asked. */
  readonly requested: readonly string[];
  readonly local: readonly LocalPackage[];
  /** Local packages whose files replace those of others. */
  readonly forced: readonly LocalPackage[];
  /** Names of base packages that go. */
  readonly remove: readonly string[];
  /** In place of base packages of their names. */
  readonly replaceLocal: readonly LocalPackage[];
  /** Names of base packages that are replaced by those of a repository. */
  readonly replace: readonly { readonly repo: string; readonly packages: readonly string[] }[];
}

/** Lists of an origin file that this is about. */
const LISTS = {
  requested: ['packages', 'requested'],
  local: ['packages', 'requested-local'],
  forced: ['packages', 'requested-local-fileoverride'],
  remove: ['overrides', 'remove'],
  replaceLocal: ['overrides', 'replace-local'],
  replace: ['overrides', 'replace'],
} as const satisfies { readonly [key in keyof Layers]: readonly [group: string, key: string] };

export function readLayers(origin: Origin): Layers {
  const list = (key: keyof Layers) => origin.list(LISTS[key][0], LISTS[key][1]);
  const local = (key: keyof Layers) =>
    list(key).map((item): LocalPackage => {
      const colon = item.indexOf(':');
      return { digest: item.slice(0, Math.max(colon, 0)), nevra: item.slice(colon + 1) };
    });
  return {
    requested: list('requested'),
    local: local('local'),
    forced: local('forced'),
    remove: list('remove'),
    replaceLocal: local('replaceLocal'),
    replace: list('replace').map((item) => {
      const [from = '', ...packages] = item.split(',');
      return { repo: from.replace(/^repo=/, ''), packages };
    }),
  };
}

/** Leaves the lists that do not change as they are written. */
export function writeLayers(origin: Origin, layers: Layers): void {
  const before = readLayers(origin);
  const set = (key: keyof Layers, items: readonly string[]) => {
    if (JSON.stringify(before[key]) !== JSON.stringify(layers[key]))
      origin.setList(LISTS[key][0], LISTS[key][1], items);
  };
  set('requested', layers.requested);
  set('local', layers.local.map(localName));
  set('forced', layers.forced.map(localName));
  set('remove', layers.remove);
  set('replaceLocal', layers.replaceLocal.map(localName));
  set(
    'replace',
    layers.replace.map(({ repo, packages }) => [`repo=${repo}`, ...packages].join(',')),
  );
  origin.settle();
}

export const isEmpty = (layers: Layers): boolean => Object.values(layers).every((list) => list.length === 0);

/** `DIGEST:NEVRA`. */
export const localName = ({ digest, nevra }: LocalPackage): string => `${digest}:${nevra}`;

/** The name in `name-[epoch:]version-release.arch`. */
export const nameOf = (nevra: string): string => /^(.+)-[^-]+-[^-]+$/.exec(nevra)?.[1] ?? nevra;
