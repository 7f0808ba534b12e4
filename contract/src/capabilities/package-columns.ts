/** Different strings by number, in UTF-8, one behind the other; number 0 is the empty one. */
export interface StringColumn {
  readonly count: number;
  readonly bytes: Uint8Array;
  /** String `id` is `bytes[offsets[id], offsets[id + 1])`. */
  readonly offsets: Uint32Array;
  /** Decoded when somebody asks. */
  text(id: number): string;
}

/** Bits of a dependency's comparison: `>=` is `GREATER | EQUAL`, and 0 compares nothing. */
export const COMPARISON = { GREATER: 1, EQUAL: 2, LESS: 4 } as const;

/** In a list of dependencies: needed by the package's pre-install script. The other bits are the dependency's number. */
export const PRE_DEPENDENCY = 2 ** 31;

/** The packages of a table as numbers: what solvers and queries over all packages work on. Nothing of it must be changed. */
export interface PackageColumns {
  readonly strings: StringColumn;
  /** The row of each package; null when the rows are the packages. */
  readonly rows: Uint32Array | null;
  /** String numbers, one a row. `evrs` are `[epoch:]version[-release]` without an epoch of 0. */
  readonly names: Uint32Array;
  readonly evrs: Uint32Array;
  readonly archs: Uint32Array;
  readonly vendors: Uint32Array;
  /** All different dependencies by number: the numbers of their strings, and bits of {@link COMPARISON}. */
  readonly dependencies: {
    readonly names: Uint32Array;
    readonly comparisons: Uint8Array;
    readonly evrs: Uint32Array;
  };
  /** Where in `lists` those of a row and kind (by its place in RELATION_KINDS, of which there are 8) begin: `8 * rows + 1` numbers. */
  readonly starts: Uint32Array;
  readonly lists: Uint32Array;
  /** Made ahead where the packages are kept; solvers make it themselves of columns without, or of which only some rows count. */
  readonly index?: PackageIndex;
}

/**
 * What a solver makes of columns before it can begin, as it needs it. Packages have ids from {@link FIRST_PACKAGE} on; below are 0 for
 * nothing and 1 for the system itself, which provides what the package manager can do (`rpmlib(…)`). A dependency's id is the number
 * of a string plus 1, or, negative, that of a relation. Lists end with 0.
 */
export interface PackageIndex {
  /** Those of the columns, and behind them what rich dependencies name. */
  readonly strings: StringColumn;
  /** String ids by package id. */
  readonly names: Int32Array;
  readonly evrs: Int32Array;
  readonly archs: Int32Array;
  readonly vendors: Int32Array;
  /** By relation: two dependencies and bits of {@link COMPARISON} or an operator of rich dependencies; number 0 is none. */
  readonly relations: { readonly left: Int32Array; readonly operator: Int32Array; readonly right: Int32Array };
  /** Lists of dependencies. */
  readonly dependencies: Int32Array;
  /** By kind (as in RELATION_KINDS, then the requirements of scripts) and package id: where its list begins; 0 without one. */
  readonly lists: readonly Int32Array[];
  /** Lists of packages, ascending; those at 1 and 2 are empty and the system. */
  readonly packages: Int32Array;
  /** By entry of lists of strings: the dependency by which the package provides the string, or 1 when it does so more than once. */
  readonly how: Int32Array;
  /** By string id: where the list of packages begins that provide it or have it as their file; 0 without any. */
  readonly byString: Int32Array;
  /** By relation: the same; 0 when it is not known. */
  readonly byRelation: Int32Array;
  /** Packages that supplement or enhance others, ascending. */
  readonly hinting: Int32Array;
  /** Ids of strings that are absolute paths. */
  readonly paths: Int32Array;
  /** Packages with dependencies in whose names SUSE's packages say more, as `locale(…)`; negative when none of these is a provide. */
  readonly suse: Int32Array;
}

/** The id of the first package in a {@link PackageIndex}. */
export const FIRST_PACKAGE = 2;
