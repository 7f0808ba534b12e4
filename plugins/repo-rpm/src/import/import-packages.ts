import type { Context, ImageSpec, ImportedPackage, ObjectStore, PlannedPackage } from '@ostrata/contract';
import { madeOf } from './commit-metadata.ts';
import { importedWith, importOptions } from './import-options.ts';
import { packageRef } from './package-ref.ts';
import { unpackAll } from './worker-pool.ts';

/** The commit that an earlier run made of this very file in the same way, or null. */
export async function findPackage(pkg: PlannedPackage, image: ImageSpec, store: ObjectStore): Promise<string | null> {
  const commit = await store.resolve(packageRef(pkg));
  if (commit === null || !(await store.has(commit))) return null;
  const { metadata } = await store.readCommit(commit);
  return madeOf(metadata, pkg) && importedWith(metadata, importOptions(image)) ? commit : null;
}

/** Unpacks package files into the store in worker threads; see {@link PackageFormat.import}. */
export async function importPackages(
  packages: readonly { readonly package: PlannedPackage; readonly file: string }[],
  image: ImageSpec,
  store: ObjectStore,
  ctx: Context,
  onImported?: (imported: ImportedPackage) => void,
): Promise<readonly ImportedPackage[]> {
  const options = importOptions(image);
  const imported: ImportedPackage[] = [];
  await unpackAll(
    packages.map(({ package: pkg, file }) => ({ package: pkg, file, options })),
    { writer: store.writer, threads: ctx.environment.workers, signal: ctx.signal },
    (index, commit) => {
      const done: ImportedPackage = { package: packages[index]!.package, commit };
      imported[index] = done;
      onImported?.(done);
    },
  );
  return imported;
}
