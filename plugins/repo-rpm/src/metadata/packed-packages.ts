import {
  type Checksum,
  FIRST_PACKAGE,
  type PackageColumns,
  type PackageIndex,
  RELATION_KINDS,
  type Relation,
  type RelationKind,
  type StringColumn,
} from '@ostrata/contract';
import { type Evr, relationAt, type StringPool, splitEvr } from '@ostrata/package-columns';
import type { PathLists } from './path-lists.ts';

/** What a `primary.xml` says of a package beside what solvers need: columns of string numbers. */
export const Detail = {
  SUMMARY: 0,
  DESCRIPTION: 1,
  URL: 2,
  LICENSE: 3,
  PACKAGER: 4,
  /** File name of the source package. */
  SOURCE: 5,
  LOCATION: 6,
  ALGORITHM: 7,
  CHECKSUM: 8,
} as const;
/** Texts of a row. */
export const DETAILS = 9;

/** Columns of numbers. */
export const Quantity = {
  /** Bytes of the package file. */
  SIZE: 0,
  /** Bytes when installed. */
  INSTALLED: 1,
  /** Seconds since the epoch. */
  BUILD_TIME: 2,
} as const;
/** Numbers of a row. */
export const QUANTITIES = 3;

export interface DetailColumns {
  readonly strings: StringPool;
  /** `DETAILS` string numbers a package. */
  readonly texts: Uint32Array;
  /** `QUANTITIES` numbers a package. */
  readonly quantities: Float64Array;
}

/** What only some ask for: the columns as they were read, and the texts and numbers beside them. */
export interface PackedDetails {
  readonly columns: Omit<PackageColumns, 'strings' | 'rows' | 'index'>;
  readonly details: DetailColumns;
}

/** Columns that come with their index, the rest of them when somebody asks. */
class IndexedColumns implements PackageColumns {
  readonly strings: StringColumn;
  readonly rows = null;
  readonly index?: PackageIndex;
  readonly #details: () => PackedDetails;

  constructor(strings: StringColumn, index: PackageIndex | undefined, details: () => PackedDetails) {
    this.strings = strings;
    if (index !== undefined) this.index = index;
    this.#details = details;
  }

  get names() {
    return this.#details().columns.names;
  }

  get evrs() {
    return this.#details().columns.evrs;
  }

  get archs() {
    return this.#details().columns.archs;
  }

  get vendors() {
    return this.#details().columns.vendors;
  }

  get dependencies() {
    return this.#details().columns.dependencies;
  }

  get starts() {
    return this.#details().columns.starts;
  }

  get lists() {
    return this.#details().columns.lists;
  }
}

/** Everything of a `primary.xml` in typed arrays; nothing is made of a package before somebody asks. */
export class PackedPackages {
  readonly columns: PackageColumns;
  readonly paths: PathLists;
  readonly count: number;
  #details: PackedDetails | null = null;
  readonly #load: () => PackedDetails;

  /** @param details gives the rest, when it is asked for */
  constructor(
    count: number,
    strings: StringColumn,
    index: PackageIndex | undefined,
    paths: PathLists,
    details: () => PackedDetails,
  ) {
    this.count = count;
    this.paths = paths;
    this.#load = details;
    this.columns = new IndexedColumns(strings, index, () => this.loaded);
  }

  /** The rest. */
  get loaded(): PackedDetails {
    this.#details ??= this.#load();
    return this.#details;
  }

  get details(): DetailColumns {
    return this.loaded.details;
  }

  name(index: number): string {
    return this.#text('names', index);
  }

  evr(index: number): Evr {
    return splitEvr(this.#text('evrs', index));
  }

  arch(index: number): string {
    return this.#text('archs', index);
  }

  vendor(index: number): string {
    return this.#text('vendors', index);
  }

  /** @param column of {@link Detail} */
  detail(index: number, column: number): string {
    const { strings, texts } = this.details;
    return strings.text(texts[this.#check(index) * DETAILS + column]!);
  }

  /** @param column of {@link Quantity} */
  quantity(index: number, column: number): number {
    return this.details.quantities[this.#check(index) * QUANTITIES + column]!;
  }

  checksum(index: number): Checksum {
    return { algorithm: this.detail(index, Detail.ALGORITHM), value: this.detail(index, Detail.CHECKSUM) };
  }

  relations(index: number, kind: RelationKind): Relation[] {
    const { starts, lists } = this.columns;
    const slot = this.#check(index) * RELATION_KINDS.length + RELATION_KINDS.indexOf(kind);
    return Array.from(lists.subarray(starts[slot]!, starts[slot + 1]!), (entry) => relationAt(this.columns, entry));
  }

  files(index: number): string[] {
    return this.paths.of(this.#check(index));
  }

  #text(column: 'names' | 'evrs' | 'archs' | 'vendors', index: number): string {
    const { index: made, strings } = this.columns;
    const row = this.#check(index);
    const number = made === undefined ? this.columns[column][row]! : made[column][row + FIRST_PACKAGE]! - 1;
    return strings.text(Math.max(0, number));
  }

  #check(index: number): number {
    if (!(index >= 0 && index < this.count)) throw new RangeError(`no package ${index}`);
    return index;
  }
}
