import type { EvrOrder } from '../version/evr.ts';
import type { RelationTable } from './relations.ts';
import type { StringTable } from './strings.ts';

/** The machine itself: always installed, provides what rpm itself provides (`rpmlib(…)`). Packages have ids from 2 on. */
export const SYSTEM = 1;
/** Repository of {@link SYSTEM}. */
export const NO_REPO = -1;

/** Lists of dependencies, each one an offset into {@link Pool.deps}; 0 is the empty list, lists end with 0. */
export type DependencyKind =
  | 'provides'
  | 'requires'
  | 'preRequires'
  | 'conflicts'
  | 'obsoletes'
  | 'recommends'
  | 'suggests'
  | 'supplements'
  | 'enhances';

export interface Repo {
  readonly id: string;
  /** Greater is preferred (the opposite of .repo files). */
  readonly priority: number;
  /** Its packages are what is installed now. */
  readonly installed: boolean;
}

/** The columns of all packages, as {@link PoolBuilder} collects them. */
export interface PoolColumns {
  /** Number of ids: packages, SYSTEM and 0. */
  readonly count: number;
  readonly name: Int32Array;
  readonly evr: Int32Array;
  readonly arch: Int32Array;
  readonly repo: Int32Array;
  /** Strings; 0 where nobody says it. */
  readonly vendor: Int32Array;
  readonly lists: Readonly<Record<DependencyKind, Int32Array>>;
  readonly deps: Int32Array;
  /** Pairs of package and path that a dependency names. */
  readonly filePairs: Int32Array;
}

/** Packages with what is needed to compare them with dependencies. */
export interface Packages extends PoolColumns {
  readonly strings: StringTable;
  readonly relations: RelationTable;
  readonly evrs: EvrOrder;
  /** 1 for packages of an installed repository. */
  readonly installed: Uint8Array;
  /** Whether a package may be installed at all. */
  installable(p: number): boolean;
}
