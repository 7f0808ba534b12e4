import type { Context } from '../context.ts';
import type { ImageSpec, PackageIdentity, PlannedPackage } from '../records/index.ts';
import type { ObjectStore } from './object-store.ts';
import type { PackageTable } from './source.ts';
import { keyedCapability } from './token.ts';
import type { OverlayConflict, ReadonlyTree, Tree } from './tree.ts';

/** A package that is in the store. */
export interface ImportedPackage {
  readonly package: PlannedPackage;
  /** Commit of the store with the package's files and header. */
  readonly commit: string;
}

/** Knows one package format. Keyed by its name: `rpm`. */
export interface PackageFormat {
  /** Compares two `[epoch:]version[-release]`: negative, zero or positive. */
  compare(a: string, b: string): number;
  /** Finds a package that an earlier run imported in the same way; null when it has to be imported. */
  find(pkg: PlannedPackage, image: ImageSpec, store: ObjectStore): Promise<string | null>;
  /**
   * Unpacks package files into the store, each once ever, in worker threads. Paths that leave the root are refused.
   * `onImported` hears of each as it is done.
   */
  import(
    packages: readonly { readonly package: PlannedPackage; readonly file: string }[],
    image: ImageSpec,
    store: ObjectStore,
    ctx: Context,
    onImported?: (imported: ImportedPackage) => void,
  ): Promise<readonly ImportedPackage[]>;
  /** Lays a package over a tree by reference. Returns conflicts; with any, the tree is unchanged. */
  overlay(tree: Tree, imported: ImportedPackage, image: ImageSpec): Promise<readonly OverlayConflict[]>;
  /** Takes an installed package's files out of a tree, as far as no other package has them. */
  remove(tree: Tree, pkg: PackageIdentity): Promise<void>;
  /** Paths of an imported package as it is in the tree (`usr/bin/x`), for filters. */
  files(imported: ImportedPackage, store: ObjectStore): Promise<readonly string[]>;
  /** The packages that a tree's database names. */
  installed(tree: ReadonlyTree): Promise<PackageTable>;
}

export const PACKAGE_FORMAT = keyedCapability<PackageFormat>('package-format');
