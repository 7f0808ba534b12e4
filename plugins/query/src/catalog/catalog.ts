import type { PackageColumns, PackageDetails, PackageTable, RelationKind } from '@ostrata/contract';
import { RELATION_KINDS } from '@ostrata/contract';
import { columnsOf, ownersOf } from '@ostrata/package-columns';

/** Compares two `[epoch:]version[-release]`. */
export type Compare = (a: string, b: string) => number;

/** A name with a range of versions. */
export interface Range {
  readonly name: string;
  /** Bits of COMPARISON, 0 for any version. */
  readonly comparison: number;
  readonly evr: string;
}

/** A table with what its packages are numbered from. */
interface Part {
  readonly table: PackageTable;
  readonly columns: PackageColumns;
  readonly first: number;
}

/** All packages of the opened repositories by one number each. */
export class Catalog {
  readonly count: number;
  readonly compare: Compare;
  readonly #parts: readonly Part[];

  constructor(tables: readonly PackageTable[], compare: Compare) {
    this.compare = compare;
    let first = 0;
    this.#parts = tables.map((table) => {
      const part = { table, columns: columnsOf(table), first };
      first += table.count;
      return part;
    });
    this.count = first;
  }

  get all(): number[] {
    return Array.from({ length: this.count }, (_, p) => p);
  }

  get tables(): readonly PackageTable[] {
    return this.#parts.map(({ table }) => table);
  }

  /** The table of a package and its index there. */
  at(p: number): { readonly table: PackageTable; readonly index: number } {
    const { table, first } = this.#part(p);
    return { table, index: p - first };
  }

  name(p: number): string {
    return this.#text(p, 'names');
  }

  /** `[epoch:]version[-release]` without an epoch of 0. */
  evr(p: number): string {
    return this.#text(p, 'evrs');
  }

  arch(p: number): string {
    return this.#text(p, 'archs');
  }

  repo(p: number): string {
    return this.#part(p).table.source;
  }

  summary(p: number): string {
    const { table, index } = this.at(p);
    return table.summary(index);
  }

  details(p: number): PackageDetails {
    const { table, index } = this.at(p);
    return table.details?.(index) ?? NO_DETAILS;
  }

  files(p: number): readonly string[] {
    const { table, index } = this.at(p);
    return table.files(index);
  }

  /** Packages by the path of `paths` that they have, as far as file lists were loaded. */
  owners(paths: readonly string[]): Map<string, number[]> {
    const found = new Map<string, number[]>();
    for (const { table, first } of this.#parts) {
      for (const [index, place] of ownersOf(table, paths)) {
        const path = paths[place]!;
        const known = found.get(path);
        if (known === undefined) found.set(path, [first + index]);
        else known.push(first + index);
      }
    }
    return found;
  }

  /** Packages that have a dependency of a kind for which `matches` is true; it is asked once for each different one. */
  withDependency(kind: RelationKind, matches: (range: Range) => boolean): Set<number> {
    const found = new Set<number>();
    this.visitDependencies(kind, matches, (p) => {
      found.add(p);
      return true;
    });
    return found;
  }

  /** Shows every package's dependencies for which `matches` is true; `visit` ends with the package by returning true. */
  visitDependencies(
    kind: RelationKind,
    matches: (range: Range) => boolean,
    visit: (p: number, range: Range) => boolean,
  ): void {
    const place = RELATION_KINDS.indexOf(kind);
    for (const { table, columns, first } of this.#parts) {
      const { dependencies, strings, starts, lists, rows } = columns;
      const known = new Int8Array(dependencies.names.length);
      const rangeAt = (number: number): Range => ({
        name: strings.text(dependencies.names[number]!),
        comparison: dependencies.comparisons[number]!,
        evr: strings.text(dependencies.evrs[number]!),
      });
      for (let index = 0; index < table.count; index++) {
        const slot = (rows === null ? index : rows[index]!) * RELATION_KINDS.length + place;
        const end = starts[slot + 1]!;
        for (let i = starts[slot]!; i < end; i++) {
          const number = lists[i]! & 0x7fffffff;
          if (known[number] === 0) known[number] = matches(rangeAt(number)) ? 1 : -1;
          if (known[number] === 1 && visit(first + index, rangeAt(number))) break;
        }
      }
    }
  }

  #part(p: number): Part {
    const part = this.#parts.findLast(({ first, table }) => first <= p && p < first + table.count);
    if (part === undefined) throw new RangeError(`no package ${p}`);
    return part;
  }

  #text(p: number, column: 'names' | 'evrs' | 'archs'): string {
    const { columns, first } = this.#part(p);
    const index = p - first;
    return columns.strings.text(columns[column][columns.rows === null ? index : columns.rows[index]!]!);
  }
}

const NO_DETAILS: PackageDetails = {
  description: '',
  url: '',
  license: '',
  packager: '',
  sourcePackage: '',
  buildTime: 0,
};
