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
import { MetadataError } from './errors.ts';
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
  /** One text or number; of a file that brings no more than that. */
  text(row: number, column: number): string;
  quantity(row: number, column: number): number;
}

/** Details that are there whole. */
export class WholeDetails implements PackedDetails {
  readonly columns: PackedDetails['columns'];
  readonly details: DetailColumns;

  constructor(columns: PackedDetails['columns'], details: DetailColumns) {
    this.columns = columns;
    this.details = details;
  }

  text(row: number, column: number): string {
    return this.details.strings.text(this.details.texts[row * DETAILS + column]!);
  }

  quantity(row: number, column: number): number {
    return this.details.quantities[row * QUANTITIES + column]!;
  }
}

/** Gives details when they are asked for, made anew where what was given before is `damaged`. */
export type DetailsLoader = (damaged: boolean) => PackedDetails;

/** Columns that come with their index, the rest of them when somebody asks. */
class IndexedColumns implements PackageColumns {
  readonly strings: StringColumn;
  readonly rows = null;
  readonly index?: PackageIndex;
  readonly #rest: () => PackedDetails['columns'];

  constructor(strings: StringColumn, index: PackageIndex | undefined, rest: () => PackedDetails['columns']) {
    this.strings = strings;
    if (index !== undefined) this.index = index;
    this.#rest = rest;
  }

  get names() {
    return this.#rest().names;
  }

  get evrs() {
    return this.#rest().evrs;
  }

  get archs() {
    return this.#rest().archs;
  }

  get vendors() {
    return this.#rest().vendors;
  }

  get dependencies() {
    return this.#rest().dependencies;
  }

  get starts() {
    return this.#rest().starts;
  }

  get lists() {
    return this.#rest().lists;
  }
}

/** Everything of a `primary.xml` in typed arrays; nothing is made of a package before somebody asks. */
export class PackedPackages {
  readonly columns: PackageColumns;
  readonly paths: PathLists;
  readonly count: number;
  #details: PackedDetails | null = null;
  readonly #load: DetailsLoader;

  constructor(
    count: number,
    strings: StringColumn,
    index: PackageIndex | undefined,
    paths: PathLists,
    details: DetailsLoader,
  ) {
    this.count = count;
    this.paths = paths;
    this.#load = details;
    this.columns = new IndexedColumns(strings, index, () => this.#ask(({ columns }) => columns));
  }

  /** The rest, all of it. */
  get loaded(): Pick<PackedDetails, 'columns' | 'details'> {
    return this.#ask(({ columns, details }) => ({ columns, details }));
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
    const row = this.#check(index);
    return this.#ask((details) => details.text(row, column));
  }

  /** @param column of {@link Quantity} */
  quantity(index: number, column: number): number {
    const row = this.#check(index);
    return this.#ask((details) => details.quantity(row, column));
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

  /** Asks the details; those that turn out to be damaged are made anew. */
  #ask<T>(question: (details: PackedDetails) => T): T {
    this.#details ??= this.#load(false);
    try {
      return question(this.#details);
    } catch (error) {
      if (!(error instanceof MetadataError && error.code === 'METADATA_CACHE_DAMAGED')) throw error;
      this.#details = this.#load(true);
      return question(this.#details);
    }
  }

  #check(index: number): number {
    if (!(index >= 0 && index < this.count)) throw new RangeError(`no package ${index}`);
    return index;
  }
}
