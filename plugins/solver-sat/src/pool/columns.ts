import type { PackageIndex } from '@ostrata/contract';
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
  /** Packages that supplement or enhance others, ascending. */
  readonly hinting: Int32Array;
  /** Strings that are absolute paths. */
  readonly paths: Int32Array;
  readonly provided: Provided;
}

/** Who provides what, table by table. */
export interface Provided {
  readonly segments: readonly ProvideSegment[];
  /** Owners of paths that the segments do not know, by path. */
  readonly files: ReadonlyMap<number, readonly number[]>;
}

/** What packages with ids from one on provide, in numbers of their own; see {@link PackageIndex}. */
export interface ProvideSegment extends Pick<PackageIndex, 'packages' | 'how' | 'byString'> {
  /** To be added to its packages. */
  readonly shift: number;
  /** Its string ids by ours, 0 without; null where they are the same. */
  readonly own: Int32Array | null;
  /** Who fulfils its relations, as far as that is known; null where nothing is. */
  readonly byRelation: Int32Array | null;
  /** To be subtracted from its relations. */
  readonly relationShift: number;
}

/** Who answers a question about the machine (`language` and `de`): packages, {@link SYSTEM} for the machine itself; nobody for no. */
export type Namespaces = (kind: string, value: string) => readonly number[];

/** Packages with what is needed to compare them with dependencies. */
export interface Packages extends PoolColumns {
  readonly strings: StringTable;
  readonly relations: RelationTable;
  readonly evrs: EvrOrder;
  /** 1 for packages of an installed repository. */
  readonly installed: Uint8Array;
  /** 0 for packages of an architecture that does not fit. */
  readonly archScore: Int32Array;
  /** Not 0 for packages that must not be installed. */
  readonly excluded: Uint8Array;
  /** Whether a package may be installed at all. */
  installable(p: number): boolean;
  readonly namespaces: Namespaces;
}
