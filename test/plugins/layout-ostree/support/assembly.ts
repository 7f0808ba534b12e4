import {
  type Assembly,
  type Context,
  DEFAULT_IMAGE,
  type ImageSpec,
  type ObjectStore,
  PLAN_VERSION,
  type Plan,
  type Tree,
} from '@ostrata/core';
import { MemoryStores } from '@ostrata/testkit';

export interface AssemblyOptions {
  readonly image?: Partial<Omit<ImageSpec, 'layout'>> & { layout?: Partial<ImageSpec['layout']> };
  readonly base?: string | null;
  readonly parent?: string | null;
  readonly store?: ObjectStore;
}

/** A repository in memory. */
export function memoryStore(): Promise<ObjectStore> {
  return new MemoryStores().ensure('/work');
}

/** An assembly over a tree in memory with the given files: a string is content, `-> x` a link to x, null a directory. */
export async function assemblyOf(
  files: { readonly [path: string]: string | null },
  options: AssemblyOptions = {},
): Promise<Assembly> {
  const store = options.store ?? (await memoryStore());
  const tree = await store.openTree(options.base ?? null);
  fill(tree, files);
  const image = { ...DEFAULT_IMAGE, ...options.image, layout: { ...DEFAULT_IMAGE.layout, ...options.image?.layout } };
  const plan: Plan = {
    version: PLAN_VERSION,
    digest: '',
    inputs: { base: options.base ?? null, install: [], remove: [], image, extras: {} },
    store: { work: '/work', target: null },
    until: 'commit',
    cacheOnly: false,
    snapshots: [],
    commit: { parent: options.parent ?? null, timestamp: 0, version: null, metadata: {} },
    unchanged: false,
    deploy: null,
  };
  return { plan, tree, packages: [], store };
}

export function fill(tree: Tree, files: { readonly [path: string]: string | null }): void {
  for (const [path, what] of Object.entries(files)) {
    if (what === null) tree.mkdir(path, { parents: true });
    else if (what.startsWith('-> ')) tree.symlink(path, what.slice(3), { parents: true });
    else tree.writeFile(path, what, { parents: true });
  }
}

/** A context that only listens. */
export function listeningContext(): Context & { readonly messages: string[] } {
  const messages: string[] = [];
  const unused = () => {
    throw new Error('not to be used here');
  };
  return {
    messages,
    environment: undefined as never,
    signal: new AbortController().signal,
    progress: {
      task: unused,
      warning: (code, text) => void messages.push(`${code} ${text}`),
      message: (text) => void messages.push(text),
    },
    get: unused,
    keys: () => [],
    defer: unused,
    intend: unused,
    failpoint: () => {},
    now: () => 0,
  };
}

export function text(tree: Tree, path: string): string {
  return Buffer.from(tree.readFile(path)).toString('utf8');
}

/** A path as `fill` takes it, for comparing; undefined where nothing is. */
export function seen(tree: Tree, path: string): string | undefined {
  const entry = tree.lookup(path);
  if (entry === undefined) return undefined;
  if (entry.type === 'symlink') return `-> ${entry.target}`;
  return entry.type === 'directory' ? `directory ${(entry.mode & 0o7777).toString(8)}` : text(tree, path);
}
