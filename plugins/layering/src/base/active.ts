import { identityAt, nevraOf, type PackageTable } from '@ostrata/contract';
import { layeringError } from '../errors.ts';
import type { Change } from '../model/change.ts';
import { type Layers, type LocalPackage, localName, nameOf } from '../model/layers.ts';
import { namesakes, providerOf } from './matches.ts';

/** A request that has no effect on an image, and why. */
export interface Inactive {
  readonly request: string;
  readonly reason: string;
}

/** What of the layers has an effect on one image. */
export interface Active {
  readonly layers: Layers;
  readonly inactive: readonly Inactive[];
}

/** What a run adds: it has to have an effect. */
export interface Added {
  readonly before: Layers;
  readonly change: Change | null;
}

/**
 * Finds out what of the layers has an effect on an image. A request for what the image has waits until it has it no more; so does an override of what it does
 * not have (rpm-ostree, src/daemon/rpmostree-sysroot-upgrader.cxx).
 * @throws HostError LAYERING_PROVIDED, LAYERING_REMOVED, LAYERING_OVERRIDE.
 */
export function findActive(layers: Layers, base: PackageTable, { before, change }: Added): Active {
  const inactive: Inactive[] = [];
  const active = <T>(items: readonly T[], why: (item: T) => Inactive | null): T[] =>
    items.filter((item) => {
      const found = why(item);
      if (found !== null) inactive.push(found);
      return found === null;
    });

  const remove = active(layers.remove, (name) => {
    if (namesakes(base, name).length > 0) return null;
    if (!before.remove.includes(name)) throw notInBase(name, 'removed');
    return { request: name, reason: 'the image does not have it' };
  });
  const replaceLocal = active(layers.replaceLocal, (one) => {
    const isNew = !before.replaceLocal.some((other) => localName(other) === localName(one));
    const found = namesakes(base, nameOf(one.nevra)).map((index) => nevraOf(identityAt(base, index)));
    if (found.length === 0) {
      if (isNew) throw notInBase(nameOf(one.nevra), 'replaced');
      return { request: one.nevra, reason: 'the image does not have it' };
    }
    if (!found.includes(one.nevra)) return null;
    if (isNew) throw theSame(one);
    return { request: one.nevra, reason: 'the image has the same' };
  });
  const replace = layers.replace.flatMap(({ repo, packages }) => {
    const old = before.replace.find((one) => one.repo === repo)?.packages ?? [];
    const kept = active(packages, (name) => {
      if (namesakes(base, name).length > 0) return null;
      if (!old.includes(name)) throw notInBase(name, 'replaced');
      return { request: name, reason: 'the image does not have it' };
    });
    return kept.length === 0 ? [] : [{ repo, packages: kept }];
  });
  const requested = active(layers.requested, (spec) => {
    const provider = providerOf(base, spec);
    if (provider === null) return null;
    if (remove.includes(nameOf(provider))) throw removed(spec, provider);
    if (!before.requested.includes(spec) && change?.allowInactive !== true) throw provided(spec, provider);
    return { request: spec, reason: `already provided by ${provider}` };
  });
  const local = (items: readonly LocalPackage[]) =>
    active(items, (one) => {
      if (providerOf(base, one.nevra) !== one.nevra) return null;
      const isNew = ![...before.local, ...before.forced].some((other) => localName(other) === localName(one));
      if (isNew && change?.allowInactive !== true) throw provided(one.nevra, one.nevra);
      return { request: one.nevra, reason: 'the image has the same' };
    });
  return {
    layers: { requested, local: local(layers.local), forced: local(layers.forced), remove, replaceLocal, replace },
    inactive,
  };
}

function provided(spec: string, provider: string): Error {
  return layeringError('LAYERING_PROVIDED', `"${spec}" is already provided by the image: ${provider}.`, {
    hint: 'With --allow-inactive it is requested nevertheless, and installed once the image does not have it any more.',
    data: { request: spec, provider },
  });
}

function removed(spec: string, provider: string): Error {
  return layeringError('LAYERING_REMOVED', `"${spec}" is requested, and ${provider}, which has it, is removed.`, {
    hint: `Take back the removal with \`ostrata override reset ${nameOf(provider)}\`, or replace the package in place of removing it.`,
    data: { request: spec, provider },
  });
}

function notInBase(name: string, how: string): Error {
  return layeringError('LAYERING_OVERRIDE', `The package ${name} shall be ${how}, and the image does not have it.`, {
    hint: 'Overrides are about packages of the image; others are installed and uninstalled.',
    data: { package: name },
  });
}

function theSame({ nevra }: LocalPackage): Error {
  return layeringError('LAYERING_OVERRIDE', `The image has ${nevra} already: nothing would be replaced.`, {
    hint: 'Give another build of the package.',
    data: { package: nevra },
  });
}
