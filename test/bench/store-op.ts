/** Our side of the store benchmark as a program, through the functions of the library: store-op.ts OPERATION REPOSITORY ARGUMENT... */
import { enableCompileCache } from 'node:module';
import { availableParallelism } from 'node:os';
import type { Context } from '@ostrata/core';

enableCompileCache();
const { Repository } = await import('../../plugins/store-ostree/src/repo/repository.ts');
const { OstreeStore } = await import('../../plugins/store-ostree/src/store/ostree-store.ts');

const workers = availableParallelism();
/** What the store asks of a context here. */
const ctx = {
  environment: { workers },
  signal: new AbortController().signal,
  progress: { task: () => ({ advance() {}, setTotal() {}, end() {} }) },
} as unknown as Context;
const [operation, path, ...rest] = process.argv.slice(2) as [string, string, ...string[]];
const store = new OstreeStore(Repository.open(path), { refBinding: true, rootStrategy: 'auto' });

async function required(ref: string): Promise<string> {
  const commit = await store.resolve(ref);
  if (commit === null) throw new Error(`there is no ${ref} in ${path}`);
  return commit;
}

const operations: Readonly<Record<string, (...args: string[]) => Promise<void>>> = {
  async commit(ref = '', directory = '') {
    const parent = await store.resolve(ref);
    const tree = await store.importDirectory(directory, { workers });
    const timestamp = Math.floor(Date.now() / 1000);
    const commit = await store.commit(tree, { ref, parent, subject: '', body: '', timestamp, metadata: {} });
    await store.setRef(ref, commit);
  },
  checkout: async (ref = '', destination = '') => store.checkout(await required(ref), destination, {}),
  'checkout-copy': async (ref = '', destination = '') =>
    store.checkout(await required(ref), destination, { copy: true }),
  async fsck() {
    const { problems } = await store.check(ctx);
    if (problems.length > 0) throw new Error(`${path} has ${problems.length} problems`);
  },
  async pull(source = '', ref = '') {
    await store.pull(source, [ref], ctx);
  },
  async prune() {
    await store.prune();
  },
};

const perform = operations[operation];
if (perform === undefined) throw new Error(`${operation} is none of ${Object.keys(operations).join(', ')}`);
await perform(...rest);
store.close();
