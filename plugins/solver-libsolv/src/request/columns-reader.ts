import { COMPARISON, type PackageColumns, PRE_DEPENDENCY, RELATION_KINDS, type Relation } from '@ostrata/contract';
import { relationAt } from '@ostrata/package-columns';
import type { ListKind, SolvFile, SolvPackage } from '../codec/solv-file.ts';
import { conflictOf, dependencyOf, supplementOf, supplementOfProvide } from './dependency.ts';

/** Between normal requirements and those of pre-install scripts (knownid.h). */
const PREREQ_MARKER = 'solvable:prereqmarker';

/** Reads packages out of a table's columns: every string and dependency is numbered once in the file they go to. */
export class ColumnsReader {
  readonly #columns: PackageColumns;
  readonly #file: SolvFile;
  /** Paths that dependencies name are added. */
  readonly #paths: Set<string>;
  readonly #prereq: number;
  /** By number of the columns; 0 for those that nobody asked for yet. */
  readonly #strings: Int32Array;
  readonly #dependencies: Int32Array;
  readonly #supplements = new Map<number, number>();
  readonly #conflicts = new Map<number, number>();
  /** What a provide makes of its package a supplement to; null for nothing. */
  readonly #byProvide = new Map<number, number | null>();

  constructor(columns: PackageColumns, file: SolvFile, paths: Set<string>) {
    this.#columns = columns;
    this.#file = file;
    this.#paths = paths;
    this.#prereq = file.string(PREREQ_MARKER);
    this.#strings = new Int32Array(columns.strings.count);
    this.#dependencies = new Int32Array(columns.dependencies.names.length);
  }

  /** The package at an index of the table. @throws RichDependencyError */
  package(index: number): SolvPackage & { readonly lists: { readonly provides: number[] } } {
    const { rows, names, evrs, archs, starts, lists } = this.#columns;
    const row = rows === null ? index : rows[index]!;
    const name = this.#string(names[row]!);
    const evr = this.#string(evrs[row]!);
    const found: Partial<Record<ListKind, number[]>> = {};
    const supplements: number[] = [];
    for (const [kind, list] of RELATION_KINDS.entries()) {
      const numbers: number[] = [];
      const pre: number[] = [];
      for (
        let i = starts[row * RELATION_KINDS.length + kind]!;
        i < starts[row * RELATION_KINDS.length + kind + 1]!;
        i++
      ) {
        const number = lists[i]! & ~PRE_DEPENDENCY;
        const early = list === 'requires' && lists[i]! >= PRE_DEPENDENCY;
        (early ? pre : numbers).push(this.#dependency(list, number));
        if (list === 'provides') supplements.push(...this.#supplementsOf(number));
      }
      if (pre.length > 0) numbers.push(this.#prereq, ...pre);
      if (list === 'supplements') supplements.unshift(...numbers);
      else if (numbers.length > 0) found[list] = numbers;
    }
    if (supplements.length > 0) found.supplements = supplements;
    const self = this.#file.relation(name, COMPARISON.EQUAL, evr);
    const provides = found.provides ?? [];
    // Every package provides itself, also where its metadata does not say so.
    if (!provides.includes(self)) provides.push(self);
    return { name, evr, arch: this.#string(archs[row]!), lists: { ...found, provides } };
  }

  string(text: string): number {
    if (text.startsWith('/')) this.#paths.add(text);
    return this.#file.string(text);
  }

  relation(left: number, flags: number, right: number): number {
    return this.#file.relation(left, flags, right);
  }

  #string(number: number): number {
    const known = this.#strings[number]!;
    if (known !== 0) return known;
    const id = this.string(this.#columns.strings.text(number));
    this.#strings[number] = id;
    return id;
  }

  #dependency(list: ListKind, number: number): number {
    if (list === 'supplements')
      return remembered(this.#supplements, number, () => supplementOf(this, this.#relation(number)));
    if (list === 'conflicts')
      return remembered(this.#conflicts, number, () => conflictOf(this, this.#relation(number)));
    const known = this.#dependencies[number]!;
    if (known !== 0) return known;
    const { names, comparisons, evrs } = this.#columns.dependencies;
    // Bits of comparisons are those of libsolv.
    const id =
      comparisons[number] === 0
        ? dependencyOf(this, this.#relation(number))
        : this.relation(this.#string(names[number]!), comparisons[number]!, this.#string(evrs[number]!));
    this.#dependencies[number] = id;
    return id;
  }

  #supplementsOf(number: number): number[] {
    const id = remembered(this.#byProvide, number, () => supplementOfProvide(this, this.#relation(number)));
    return id === null ? [] : [id];
  }

  #relation(number: number): Relation {
    return relationAt(this.#columns, number);
  }
}

function remembered<T>(known: Map<number, T>, number: number, make: () => T): T {
  let value = known.get(number);
  if (value === undefined) {
    value = make();
    known.set(number, value);
  }
  return value;
}
