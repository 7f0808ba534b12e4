import type { Context } from '../context.ts';
import type { PackageIdentity, PlannedPackage, Snapshot, SourceRef } from '../records/index.ts';
import type { PackageColumns } from './package-columns.ts';
import { keyedCapability } from './token.ts';

/** The kinds of dependency, named as rpm-md names them. */
export const RELATION_KINDS = [
  'provides',
  'requires',
  'conflicts',
  'obsoletes',
  'recommends',
  'suggests',
  'supplements',
  'enhances',
] as const;
export type RelationKind = (typeof RELATION_KINDS)[number];

export type Comparison = '<' | '<=' | '=' | '>=' | '>';

/** One dependency. A rich one has the whole expression, parentheses included, as its name. */
export interface Relation {
  readonly name: string;
  readonly compare?: Comparison;
  /** `[epoch:]version[-release]`. */
  readonly evr?: string;
  /** Needed by the package's pre-install script: it orders a transaction more strongly. */
  readonly pre?: boolean;
}

/** A group of packages, or an environment: a group of groups (comps). */
export interface PackageGroup {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  /** Of an environment, which has no packages of its own: ids of the groups that it is made of, and that may be added. */
  readonly environment?: { readonly groups: readonly string[]; readonly options: readonly string[] };
  readonly packages: readonly {
    readonly name: string;
    readonly type: 'mandatory' | 'default' | 'optional' | 'conditional';
    /** For `conditional`: wanted when this one is installed. */
    readonly requires?: string;
  }[];
}

/** What people want to know of a package; what its metadata does not say is empty, or 0. */
export interface PackageDetails {
  readonly description: string;
  readonly url: string;
  readonly license: string;
  readonly packager: string;
  /** File name of the source package. */
  readonly sourcePackage: string;
  /** Seconds since the epoch. */
  readonly buildTime: number;
}

export interface ChangelogEntry {
  readonly author: string;
  /** Seconds since the epoch. */
  readonly time: number;
  readonly text: string;
}

/** What a source says of updates that belong together: an erratum. */
export interface Advisory {
  readonly id: string;
  /** `security`, `bugfix`, `enhancement`, `newpackage`, or a word of the source's own. */
  readonly type: string;
  readonly severity: string;
  readonly title: string;
  readonly description: string;
  /** Seconds since the epoch. */
  readonly issued: number;
  readonly references: readonly {
    readonly type: string;
    readonly id: string;
    readonly href: string;
    readonly title: string;
  }[];
  /** The builds that bring it, without their format. */
  readonly packages: readonly Omit<PackageIdentity, 'format'>[];
}

/**
 * The packages of one snapshot, by index from 0. Columns and not objects, so that an implementation may keep them packed; what is
 * returned must not be kept or changed by callers.
 */
export interface PackageTable {
  /** Source id; `@installed` for the packages of a tree. */
  readonly source: string;
  readonly priority: number;
  /** Package format of all its packages. */
  readonly format: string;
  readonly count: number;
  name(index: number): string;
  epoch(index: number): number;
  version(index: number): string;
  release(index: number): string;
  arch(index: number): string;
  vendor(index: number): string;
  summary(index: number): string;
  relations(index: number, kind: RelationKind): readonly Relation[];
  /** Absolute paths: only the ones of the primary metadata (rpm-md: bin directories and /etc) until {@link loadFiles} was called. */
  files(index: number): readonly string[];
  /** Whether `files` is complete. */
  readonly filesComplete: boolean;
  /** Makes `files` complete (for rpm-md: fetches filelists). */
  loadFiles(ctx: Context): Promise<void>;
  readonly groups: readonly PackageGroup[];
  /** The same packages as numbers, where the table is kept so. */
  readonly columns?: PackageColumns;
  /** Packages that have one of these paths, as pairs of index and place in `paths`, ascending; of the paths that `files` knows. */
  owners?(paths: readonly string[]): Iterable<readonly [index: number, path: number]>;
  details?(index: number): PackageDetails;
  /** By index, the latest first; fetches what it needs. */
  changelogs?(ctx: Context): Promise<(index: number) => readonly ChangelogEntry[]>;
  /** Fetches what it needs. */
  advisories?(ctx: Context): Promise<readonly Advisory[]>;
  /** All that a Plan needs of a package. */
  planned(index: number, reason: PlannedPackage['reason']): PlannedPackage;
}

/** Knows one kind of package source. Keyed by {@link SourceRef.kind}. */
export interface Source {
  /** Brings metadata into the cache, or uses the cached one when `cacheOnly`; verifies checksums and signatures as configured. */
  refresh(source: SourceRef, options: { readonly cacheOnly: boolean }, ctx: Context): Promise<Snapshot>;
  /** Opens a snapshot that `refresh` made, now or in an earlier run. */
  open(snapshot: Snapshot, ctx: Context): Promise<PackageTable>;
  /** Brings a package file into the cache and checks it; returns its path. With `cacheOnly` a missing one is an error. */
  fetch(
    pkg: PlannedPackage,
    snapshot: Snapshot,
    options: { readonly cacheOnly: boolean; readonly onBytes?: (received: number) => void },
    ctx: Context,
  ): Promise<string>;
}

export const SOURCE = keyedCapability<Source>('source');

/** Identity of a table's package. */
export function identityAt(table: PackageTable, index: number): PackageIdentity {
  return {
    format: table.format,
    name: table.name(index),
    epoch: table.epoch(index),
    version: table.version(index),
    release: table.release(index),
    arch: table.arch(index),
  };
}
