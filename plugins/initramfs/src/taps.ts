import {
  type Assembly,
  type Commit,
  type CommitMeta,
  type Context,
  DEPLOYER,
  type Json,
  OBJECT_STORES,
  type ObjectStore,
  type Plan,
  type Request,
} from '@ostrata/contract';
import { initramfsError } from './errors.ts';
import { checkOverlay, parseOrigin, wishOf } from './wish.ts';

/** Arguments of images that name none (rpm-ostree, src/daemon/rpmostree-sysroot-upgrader.cxx). */
const DEFAULT_ARGUMENTS = ['--no-hostonly'];
const MODULES = 'usr/lib/modules';
const COPIES = 'usr/lib/ostree-boot';
/** Key of a commit for the digest of what it was made from, as rpm-ostree names it. */
const INPUT_HASH = 'rpmostree.inputhash';

/** What a Plan has for this plugin: `inputs.extras.initramfs`. */
interface Decision {
  readonly regenerate: true;
}

/** `request.complete`: an image of the same base with the same arguments is the same. */
export async function knowPrevious(request: Request, ctx: Context): Promise<Request | undefined> {
  const { deploy, commit } = request;
  if (request.from !== 'fetch' || deploy === null || commit.previousDigest !== undefined) return undefined;
  if (!wishOf(parseOrigin(deploy.origin ?? '')).enabled) return undefined;
  const all = await (await ctx.get(DEPLOYER)).list(deploy.sysroot);
  const followed = all.find(({ target, state }) => target.os === deploy.os && state !== 'prepared');
  if (followed === undefined || followed.target.origin !== deploy.origin) return undefined;
  const { metadata } = await withStore(request.store.work, ctx, (store) => store.readCommit(followed.target.commit));
  const digest = metadata[INPUT_HASH]?.value;
  return typeof digest === 'string' ? { ...request, commit: { ...commit, previousDigest: digest } } : undefined;
}

/** `resolve.plan`: where the origin asks for it, the tree gets an initramfs of its own, and is a child of its image. */
export async function planInitramfs(plan: Plan, ctx: Context): Promise<Plan | undefined> {
  const { inputs, deploy } = plan;
  const { base } = inputs;
  if (deploy === null || base === null) return undefined;
  const origin = parseOrigin(deploy.origin ?? '');
  const { enabled, args } = wishOf(origin);
  if (!enabled) return undefined;
  checkOverlay(origin);
  const found = await withStore(plan.store.work, ctx, async (store) => {
    const tree = await store.openTree(base);
    return { commit: await store.readCommit(base), hasCopies: tree.lookup(COPIES)?.type === 'directory' };
  });
  const { metadata } = found.commit;
  const given = metadata['rpmostree.initramfs-args']?.value;
  const own = Array.isArray(given) ? (given as string[]) : DEFAULT_ARGUMENTS;
  const version = metadata['version']?.value;
  const kernel = {
    ...inputs.image.kernel,
    initramfs: true,
    initramfsArgs: [...own, ...args],
    location: found.hasCopies ? ('new' as const) : ('modules' as const),
  };
  const decision: Decision = { regenerate: true };
  return {
    ...plan,
    inputs: {
      ...inputs,
      image: { ...inputs.image, kernel },
      extras: { ...inputs.extras, initramfs: decision as unknown as Json },
    },
    commit: {
      ...plan.commit,
      parent: base,
      version: plan.commit.version ?? (typeof version === 'string' ? version : null),
    },
  };
}

/** `resolve.check`: nothing that is laid over the image gets lost. */
export function checkLayers({ inputs, deploy }: Plan): void {
  if ((deploy?.extras['layering'] as { readonly handled?: Json } | undefined)?.handled === true) return;
  if (Object.keys(inputs.extras).join() !== 'initramfs' || inputs.install.length + inputs.remove.length > 0) return;
  const origin = parseOrigin(deploy?.origin ?? '');
  const layers = [
    ...['requested', 'requested-local', 'requested-local-fileoverride'].map((key) => ['packages', key] as const),
    ...['remove', 'replace', 'replace-local'].map((key) => ['overrides', key] as const),
  ].flatMap(([group, key]) => origin.list(group, key));
  if (layers.length === 0) return;
  throw initramfsError('INITRAMFS_LAYERS', `These are laid over the image and would get lost: ${layers.join(', ')}.`, {
    hint: 'Enable a plugin that lays packages over images.',
    data: { packages: layers },
  });
}

const isDecided = (plan: Plan | null): boolean => plan?.inputs.extras['initramfs'] !== undefined;

/** `assemble.populate`: what makes initramfs images makes one for a kernel that has none. */
export function dropInitramfs({ plan, tree }: Assembly): void {
  if (!isDecided(plan) || tree.lookup(MODULES)?.type !== 'directory') return;
  for (const version of tree.list(MODULES)) {
    const image = `${MODULES}/${version}/initramfs.img`;
    if (tree.lookup(image) !== undefined) tree.remove(image);
  }
}

/** `commit.metadata`: the commit was made on this machine, over its parent. */
export function layerMetadata(meta: CommitMeta, plan: Plan): CommitMeta | undefined {
  if (!isDecided(plan)) return undefined;
  return { ...meta, metadata: { ...meta.metadata, 'rpmostree.clientlayer': { type: 'b', value: true } } };
}

/** The image that a commit was made over on this machine, else the commit itself. */
export async function imageOf(repository: string, commit: Commit['id'], ctx: Context): Promise<string> {
  const { parent, metadata } = await withStore(repository, ctx, (store) => store.readCommit(commit));
  return metadata['rpmostree.clientlayer']?.value === true && parent !== null ? parent : commit;
}

async function withStore<T>(location: string, ctx: Context, work: (store: ObjectStore) => Promise<T>): Promise<T> {
  const store = await (await ctx.get(OBJECT_STORES)).open(location);
  try {
    return await work(store);
  } finally {
    store.close();
  }
}
