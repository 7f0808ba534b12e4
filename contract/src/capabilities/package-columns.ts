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
}
