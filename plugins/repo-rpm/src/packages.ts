import type { ImportedPackage, ObjectStore } from '@ostrata/contract';
import { type FileList, fileList, type Header } from './codec/index.ts';
import { headerOf } from './import/commit-metadata.ts';

/** What of an imported package is needed after the import, read from its commit. */
export interface PackageContent {
  readonly imported: ImportedPackage;
  readonly header: Header;
  readonly files: FileList['files'];
}

const known = new WeakMap<ObjectStore, Map<string, Promise<Omit<PackageContent, 'imported'>>>>();

async function load(store: ObjectStore, commit: string): Promise<Omit<PackageContent, 'imported'>> {
  const header = headerOf(await store.readCommit(commit));
  return { header, files: fileList(header).files };
}

/** The header and file list of an imported package; read from the store once. */
export async function packageContent(store: ObjectStore, imported: ImportedPackage): Promise<PackageContent> {
  let commits = known.get(store);
  if (!commits) {
    commits = new Map();
    known.set(store, commits);
  }
  let content = commits.get(imported.commit);
  if (!content) {
    content = load(store, imported.commit);
    commits.set(imported.commit, content);
  }
  return { imported, ...(await content) };
}

export async function packageContents(
  store: ObjectStore,
  packages: readonly ImportedPackage[],
): Promise<readonly PackageContent[]> {
  return Promise.all(packages.map((imported) => packageContent(store, imported)));
}
