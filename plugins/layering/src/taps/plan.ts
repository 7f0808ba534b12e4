import { createHash } from 'node:crypto';
import {
  type Context,
  canonicalJson,
  type Json,
  type Metadata,
  nevraOf,
  type PackageIdentity,
  type Plan,
  type Variant,
} from '@ostrata/contract';
import type { Active } from '../base/active.ts';
import { withStore } from '../base/open.ts';
import { layeringError } from '../errors.ts';
import { nameOf } from '../model/layers.ts';
import type { ActiveMemory } from './memory.ts';
import { isLayered, isPlain, wishOf } from './wish.ts';

/** Version of what client layers say of themselves (rpm-ostree, src/libpriv/rpmostree-core.cxx). */
const LAYER_VERSION = 6;

/** `resolve.plan`: a tree with layers is a child of its image, and says what was done to it. */
export async function planLayers(plan: Plan, memory: ActiveMemory, ctx: Context): Promise<Plan | undefined> {
  const active = memory.recall(ctx);
  const { base } = plan.inputs;
  if (active === undefined || base === null) return undefined;
  if (!isLayered(plan)) {
    const wish = wishOf(plan.deploy);
    return wish?.same && base === wish.commit && isPlain(plan) ? { ...plan, unchanged: true } : undefined;
  }
  const image = await withStore(plan.store.work, ctx, (store) => store.readCommit(base));
  const version = image.metadata['version']?.value;
  const { requested } = active.layers;
  return {
    ...plan,
    // Beside the packages it is in the commit who asked for them.
    inputs: {
      ...forced(plan.inputs, active),
      extras: { ...plan.inputs.extras, layering: { requested: [...requested].sort() } },
    },
    commit: {
      ...plan.commit,
      parent: base,
      version: plan.commit.version ?? (typeof version === 'string' ? version : null),
      metadata: { ...plan.commit.metadata, ...layerMetadata(plan, active) },
    },
  };
}

/** Packages whose files replace others' come last. */
function forced(inputs: Plan['inputs'], { layers }: Active): Plan['inputs'] {
  const names = layers.forced.map(({ nevra }) => nameOf(nevra));
  if (names.length === 0) return inputs;
  const [last, first] = [true, false].map((is) => inputs.install.filter(({ name }) => names.includes(name) === is));
  return { ...inputs, install: [...first!, ...last!], image: { ...inputs.image, replaceFiles: names } };
}

function layerMetadata({ inputs }: Plan, { layers }: Active): Metadata {
  const { install, remove } = inputs;
  const replacements = replacementsBySource(inputs, layers);
  const local = replacements.get('') ?? [];
  const remote = [...replacements]
    .filter(([source]) => source !== '')
    .map(([source, pairs]): Json => [source, variant('a(vv)', pairs)]);
  const state = canonicalJson({ base: inputs.base, install, remove } as unknown as Json);
  return {
    'rpmostree.clientlayer': { type: 'b', value: true },
    'rpmostree.clientlayer_version': { type: 'u', value: LAYER_VERSION },
    'rpmostree.packages': { type: 'as', value: [...layers.requested].sort() },
    'rpmostree.modules': { type: 'as', value: [] },
    'rpmostree.removed-base-packages': {
      type: 'av',
      value: remove.filter(({ name }) => layers.remove.includes(name)).map(nevraVariant),
    },
    'rpmostree.replaced-base-packages': { type: 'a(vv)', value: local },
    'rpmostree.replaced-base-remote-packages': { type: 'a{sv}', value: remote },
    'rpmostree.state-sha512': { type: 's', value: createHash('sha512').update(state).digest('hex') },
  };
}

/** Pairs of the new and the old package, by `repo=ID`; empty for packages that came as files. */
function replacementsBySource({ install, remove }: Plan['inputs'], layers: Active['layers']): Map<string, Json[]> {
  const sources = new Map<string, string>([
    ...layers.replace.flatMap(({ repo, packages }) => packages.map((name) => [name, `repo=${repo}`] as const)),
    ...layers.replaceLocal.map(({ nevra }) => [nameOf(nevra), ''] as const),
  ]);
  const found = new Map<string, Json[]>();
  for (const old of remove) {
    const source = sources.get(old.name);
    const next = install.find(({ name }) => name === old.name);
    if (source === undefined || next === undefined) continue;
    found.set(source, [...(found.get(source) ?? []), [nevraVariant(next), nevraVariant(old)]]);
  }
  return found;
}

const variant = (type: string, value: Json): Json => ({ type, value }) satisfies Variant as unknown as Json;

/** As rpm-ostree writes packages into metadata: the NEVRA, then its parts. */
function nevraVariant(pkg: PackageIdentity): Json {
  const { name, epoch, version, release, arch } = pkg;
  return variant('(sstsss)', [nevraOf(pkg), name, epoch, version, release, arch]);
}

/**
 * `resolve.check`: packages of the image go or change only where an override says so.
 * @throws HostError LAYERING_BASE
 */
export function checkBase({ inputs }: Plan, memory: ActiveMemory, ctx: Context): void {
  const active = memory.recall(ctx);
  if (active === undefined) return;
  const { layers } = active;
  const allowed = new Set([
    ...layers.remove,
    ...layers.replaceLocal.map(({ nevra }) => nameOf(nevra)),
    ...layers.replace.flatMap(({ packages }) => packages),
  ]);
  const lost = inputs.remove.filter(({ name }) => !allowed.has(name));
  if (lost.length === 0) return;
  const replaced = (name: string) => inputs.install.some((one) => one.name === name);
  const list = lost.map((pkg) => `${nevraOf(pkg)} would be ${replaced(pkg.name) ? 'replaced' : 'removed'}`);
  throw layeringError('LAYERING_BASE', `Packages of the image would change: ${list.join(', ')}.`, {
    hint: `Allow it with \`ostrata override ${replaced(lost[0]!.name) ? 'replace' : 'remove'} ${lost[0]!.name}\`.`,
    data: { packages: lost.map(nevraOf) },
  });
}
