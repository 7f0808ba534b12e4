import type { Context, ImportedPackage, ObjectStore, PackageFormat } from '@ostrata/contract';
import { compareEvr, parseEvr } from './codec/index.ts';
import { headerTable } from './database/header-table.ts';
import { installedHeaders } from './database/read-database.ts';
import { rpmError } from './errors.ts';
import { findPackage, importPackages } from './import/import-packages.ts';
import { overlayPackage } from './overlay/overlay.ts';
import { removePackage } from './overlay/remove.ts';
import { packageContent } from './packages.ts';

/** The package format `rpm`. */
export function rpmFormat(ctx: Context): PackageFormat {
  const { arch, tempDir } = ctx.environment;
  /** Where each package was found or put: laying it over needs its header from there. */
  const stores = new Map<string, ObjectStore>();
  const storeOf = (imported: ImportedPackage): ObjectStore => {
    const store = stores.get(imported.commit);
    if (store) return store;
    throw rpmError(
      'RPM_IMPORT_INVALID',
      `${imported.package.name} is laid over a tree before it was found or imported.`,
      {
        hint: 'Report this: packages must be found or imported in the same run.',
        data: { package: imported.package.name, commit: imported.commit },
      },
    );
  };
  return {
    compare: (a, b) => compareEvr(parseEvr(a), parseEvr(b)),
    async find(pkg, image, store) {
      const commit = await findPackage(pkg, image, store);
      if (commit !== null) stores.set(commit, store);
      return commit;
    },
    async import(packages, image, store, context, onImported) {
      const imported = await importPackages(packages, image, store, context, onImported);
      for (const { commit } of imported) stores.set(commit, store);
      return imported;
    },
    async overlay(tree, imported, image) {
      const store = storeOf(imported);
      return overlayPackage(tree, await packageContent(store, imported), image, arch, store);
    },
    async remove(tree, pkg) {
      removePackage(tree, pkg, installedHeaders(tree, tempDir));
    },
    async files(imported, store) {
      stores.set(imported.commit, store);
      const tree = await store.openTree(imported.commit);
      return [...tree.walk()].map(([path]) => path);
    },
    async installed(tree) {
      return headerTable(installedHeaders(tree, tempDir));
    },
  };
}
