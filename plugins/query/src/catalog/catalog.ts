import type { PackageColumns, PackageDetails, PackageTable, RelationKind } from '@ostrata/core';
import { RELATION_KINDS } from '@ostrata/core';
import { columnsOf } from '@ostrata/package-columns';

/** Compares two `[epoch:]version[-release]`. */
export type Compare = (a: string, b: string) => number;

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

  /** Numbers of the packages that `owners` of their tables find. */
  mapOwners(find: (table: PackageTable) => Iterable<number>): Set<number> {
    const found = new Set<number>();
    for (const { table, first } of this.#parts) for (const index of find(table)) found.add(first + index);
    return found;
  }

  /** Packages that have a dependency of a kind for which `matches` is true; it is asked once for each different one. */
  withDependency(kind: RelationKind, matches: (name: string, comparison: number, evr: string) => boolean): Set<number> {
    const found = new Set<number>();
    const place = RELATION_KINDS.indexOf(kind);
    for (const { table, columns, first } of this.#parts) {
      const { dependencies, strings, starts, lists, rows } = columns;
      const known = new Int8Array(dependencies.names.length);
      const holds = (number: number): boolean => {
        if (known[number] === 0) {
          const name = strings.text(dependencies.names[number]!);
          const evr = strings.text(dependencies.evrs[number]!);
          known[number] = matches(name, dependencies.comparisons[number]!, evr) ? 1 : -1;
        }
        return known[number] === 1;
      };
      for (let index = 0; index < table.count; index++) {
        const slot = (rows === null ? index : rows[index]!) * RELATION_KINDS.length + place;
        const end = starts[slot + 1]!;
        for (let i = starts[slot]!; i < end; i++) {
          if (!holds(lists[i]! & 0x7fffffff)) continue;
          found.add(first + index);
          break;
        }
      }
    }
    return found;
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
