import {
  type Checksum,
  type PackageColumns,
  RELATION_KINDS,
  type Relation,
  type RelationKind,
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

/** Everything of a `primary.xml` in typed arrays; nothing is made of a package before somebody asks. */
export class PackedPackages {
  readonly columns: PackageColumns;
  readonly details: DetailColumns;
  readonly paths: PathLists;

  constructor(columns: PackageColumns, details: DetailColumns, paths: PathLists) {
    this.columns = columns;
    this.details = details;
    this.paths = paths;
  }

  get count(): number {
    return this.columns.names.length;
  }

  name(index: number): string {
    return this.#text(this.columns.names, index);
  }

  evr(index: number): Evr {
    return splitEvr(this.#text(this.columns.evrs, index));
  }

  arch(index: number): string {
    return this.#text(this.columns.archs, index);
  }

  vendor(index: number): string {
    return this.#text(this.columns.vendors, index);
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

  #text(column: Uint32Array, index: number): string {
    return this.columns.strings.text(column[this.#check(index)]!);
  }

  #check(index: number): number {
    if (!(index >= 0 && index < this.count)) throw new RangeError(`no package ${index}`);
    return index;
  }
}
