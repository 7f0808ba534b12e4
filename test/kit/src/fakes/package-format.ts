import { readFileSync } from 'node:fs';
import {
  type EntryMeta,
  nevraOf,
  type ObjectStore,
  type PackageFormat,
  type PackageIdentity,
  type PlannedPackage,
  type ReadonlyTree,
  type Tree,
} from '@ostrata/core';
import { kitError } from '../errors.ts';
import { type FakePackage, identityOf } from './packages.ts';
import { packageTable } from './table.ts';
import { compareEvr } from './version.ts';

/** Where a fake system keeps what is installed. */
export const DATABASE = 'usr/share/fake/packages.json';

/** The format `fake`: a package file is the JSON of a {@link FakePackage}. */
export function fakeFormat(): PackageFormat {
  const stores = new Map<string, ObjectStore>();
  return {
    compare: compareEvr,

    async find(pkg, _image, store) {
      const commit = await store.resolve(refOf(pkg));
      if (commit !== null) stores.set(commit, store);
      return commit;
    },

    async import(packages, _image, store, ctx, onImported) {
      const imported = [];
      for (const { package: pkg, file } of packages) {
        ctx.signal.throwIfAborted();
        ctx.failpoint('fake-format.import');
        const result = { package: pkg, commit: await importOne(store, pkg, file) };
        stores.set(result.commit, store);
        imported.push(result);
        onImported?.(result);
      }
      return imported;
    },

    async overlay(tree, { commit, package: pkg }, image) {
      const patterns = (image.omit ?? []).flatMap((rule) => (rule.package === pkg.name ? rule.patterns : []));
      const store = stores.get(commit);
      if (patterns.length === 0 || store === undefined) return tree.overlay(commit, { policy: 'identical' });
      const layer = await store.openTree(commit);
      for (const [path] of [...layer.walk()])
        if (patterns.some((pattern) => new RegExp(pattern).test(`/${path}`))) layer.remove(path);
      const meta = { ref: null, parent: null, subject: '', body: '', timestamp: 0, metadata: {} };
      return tree.overlay(await store.commit(layer, meta), { policy: 'identical' });
    },

    async remove(tree, pkg) {
      const all = readDatabase(tree);
      const gone = all.find((candidate) => nevraOf(identityOf(candidate)) === nevraOf(pkg));
      const others = new Set(all.flatMap((other) => (other === gone ? [] : Object.keys(other.files ?? {}))));
      for (const path of Object.keys(gone?.files ?? {})) if (!others.has(path)) tree.remove(path);
      writeDatabase(
        tree,
        all.filter((candidate) => candidate !== gone),
      );
    },

    async files({ commit }, store) {
      const tree = await store.openTree(commit);
      return [...tree.walk()].map(([path]) => path);
    },

    installed: async (tree) => packageTable('@installed', readDatabase(tree)),
  };
}

export function readDatabase(tree: ReadonlyTree): FakePackage[] {
  if (tree.lookup(DATABASE) === undefined) return [];
  return JSON.parse(Buffer.from(tree.readFile(DATABASE)).toString('utf8')) as FakePackage[];
}

export function writeDatabase(tree: Tree, packages: readonly FakePackage[]): void {
  const sorted = packages.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  tree.writeFile(DATABASE, `${JSON.stringify(sorted, null, 1)}\n`, { parents: true });
}

/** The package that an imported commit was made from. */
export async function readPackage(store: ObjectStore, commit: string): Promise<FakePackage> {
  const value = (await store.readCommit(commit)).metadata['fake.package']?.value;
  return JSON.parse(String(value)) as FakePackage;
}

const META: EntryMeta = { mode: 0o755, uid: 0, gid: 0, xattrs: [] };

async function importOne(store: ObjectStore, pkg: PlannedPackage, file: string): Promise<string> {
  const text = readFileSync(file, 'utf8');
  const writer = store.newTree();
  try {
    writer.directory('', META);
    const made = new Set<string>();
    const { files = {} } = JSON.parse(text) as FakePackage;
    for (const path of Object.keys(files).sort()) {
      const parents = path
        .split('/')
        .slice(0, -1)
        .map((_, index, parts) => parts.slice(0, index + 1).join('/'));
      for (const parent of parents) if (!made.has(parent)) writer.directory(parent, META);
      for (const parent of parents) made.add(parent);
      writer.file(path, { ...META, mode: 0o644 }, Buffer.from(files[path] ?? ''));
    }
    const metadata = { 'fake.package': { type: 's', value: text } };
    const ref = refOf(pkg);
    return writer.commit({ ref, parent: null, subject: nevraOf(pkg), body: '', timestamp: 0, metadata });
  } catch (cause) {
    writer.abort();
    throw kitError('FAKE_SOURCE', `${file} is damaged.`, { cause });
  }
}

function refOf(pkg: PackageIdentity & Partial<PlannedPackage>): string {
  return `fake/pkg/${pkg.name}/${nevraOf(pkg).replaceAll(':', '_')}-${pkg.checksum?.value.slice(0, 8)}`;
}

/** The packages that were newly laid over. */
export async function newPackages(store: ObjectStore, packages: readonly { commit: string }[]): Promise<FakePackage[]> {
  return Promise.all(packages.map(({ commit }) => readPackage(store, commit)));
}
