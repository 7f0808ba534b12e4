import {
  FIRST_PACKAGE,
  type PackageColumns,
  type PackageIndex,
  PRE_DEPENDENCY,
  RELATION_KINDS,
  type StringColumn,
} from '@ostrata/contract';
import { parseRichDependency, type RichOperator } from '@ostrata/package-spec';
import { COMPARISON_BITS } from './dependency-pool.ts';
import { type CompareVersions, EvrOrder } from './evr-order.ts';
import { AND, ELSE, EQUAL, IF, OR, UNLESS, WITH, WITHOUT } from './operators.ts';
import { provideLists } from './provide-lists.ts';
import { relationLists } from './relation-lists.ts';
import { StringPool } from './string-pool.ts';
import { providesSuse, saysSuse } from './suse-words.ts';
import { U32List } from './u32-list.ts';

/** Tells which packages, counted from 0, have which of some paths: pairs in ascending order. */
export type Owners = (paths: readonly string[]) => Iterable<readonly [index: number, path: number]>;

export const RICH_OPERATORS: { readonly [Word in RichOperator]: number } = {
  and: AND,
  or: OR,
  with: WITH,
  without: WITHOUT,
  if: IF,
  unless: UNLESS,
  else: ELSE,
};

const KIND_COUNT = RELATION_KINDS.length;
const PROVIDES = RELATION_KINDS.indexOf('provides');
const REQUIRES = RELATION_KINDS.indexOf('requires');
/** Behind the kinds of RELATION_KINDS. */
const PRE_REQUIRES = KIND_COUNT;
const HINTS = [RELATION_KINDS.indexOf('supplements'), RELATION_KINDS.indexOf('enhances')];
const OPEN = 40;
const SLASH = 47;

export interface IndexOptions {
  readonly owners: Owners;
  /** Finds out who fulfils relations as well; without it that is left to whoever asks. */
  readonly compare?: CompareVersions;
  /** The pool of the columns, when it may be added to; else it is copied. */
  readonly strings?: StringPool;
}

/** Makes the index of columns, of the rows that count. @throws RichDependencyError, StringPoolError */
export function indexColumns(columns: PackageColumns, { owners, compare, strings: own }: IndexOptions): PackageIndex {
  const relations = new Relations(columns, own ?? new StringPool(columns.strings));
  const { lists, dependencies, wanted, suse } = packageLists(columns, relations);
  const strings = relations.strings;
  const paths = pathsAmong(strings);
  const { left, operator, right } = relations.columns();
  const provides = lists[PROVIDES]!;
  const providing = {
    first: FIRST_PACKAGE,
    end: provides.length,
    provides,
    dependencies,
    left,
    strings: strings.count + 1,
    files: filePairs(strings, paths, owners),
  };
  const byName = provideLists(providing);
  const parts = { relations: { left, operator, right }, dependencies, ...byName };
  const text = (id: number): string => strings.text(id - 1);
  const known =
    compare === undefined
      ? { byRelation: new Int32Array(left.length) }
      : relationLists(parts, provides, wanted, new EvrOrder(text, compare), (name) => text(name).startsWith('rpmlib('));
  return {
    strings,
    names: idsOf(columns, columns.names),
    evrs: idsOf(columns, columns.evrs),
    archs: idsOf(columns, columns.archs),
    vendors: idsOf(columns, columns.vendors, 0),
    ...parts,
    lists,
    ...known,
    hinting: hinting(lists),
    paths,
    suse,
  };
}

/** String ids by package id; `empty` stands for the empty string. */
function idsOf({ rows, names }: PackageColumns, column: Uint32Array, empty = 1): Int32Array {
  const count = rows === null ? names.length : rows.length;
  const ids = new Int32Array(count + FIRST_PACKAGE);
  for (let index = 0; index < count; index++) {
    const number = column[rows === null ? index : rows[index]!]!;
    ids[index + FIRST_PACKAGE] = number === 0 ? empty : number + 1;
  }
  return ids;
}

function hinting(lists: readonly Int32Array[]): Int32Array {
  const found = new U32List(64);
  const [supplements, enhances] = HINTS.map((kind) => lists[kind]!) as [Int32Array, Int32Array];
  for (let p = FIRST_PACKAGE; p < supplements.length; p++) if (supplements[p] !== 0 || enhances[p] !== 0) found.push(p);
  return Int32Array.from(found.view());
}

function pathsAmong({ bytes, offsets, count }: StringColumn): Int32Array {
  const found = new U32List(64);
  for (let number = 1; number < count; number++) if (bytes[offsets[number]!] === SLASH) found.push(number + 1);
  return Int32Array.from(found.view());
}

function filePairs(strings: StringColumn, paths: Int32Array, owners: Owners): Int32Array {
  const pairs = new U32List(64);
  if (paths.length === 0) return new Int32Array(0);
  for (const [index, place] of owners(Array.from(paths, (id) => strings.text(id - 1)))) {
    pairs.push(index + FIRST_PACKAGE);
    pairs.push(paths[place]!);
  }
  return Int32Array.from(pairs.view());
}

/** All lists of packages, and which relations somebody asks for. */
function packageLists(columns: PackageColumns, relations: Relations) {
  const { rows, names, evrs, starts, lists: numbers } = columns;
  const count = rows === null ? names.length : rows.length;
  const lists = Array.from({ length: KIND_COUNT + 1 }, () => new Int32Array(count + FIRST_PACKAGE));
  // Room for every list with its end and for what may be added: requirements of scripts, and that a package provides itself.
  const dependencies = new Int32Array(1 + 2 * numbers.length + count * (KIND_COUNT + 3));
  const asked = new Uint8Array(columns.dependencies.names.length);
  const isSuse = suseDependencies(columns);
  /** By package: whether it is something that it provides. */
  const suse = new Map<number, boolean>();
  let end = 1;
  for (let index = 0; index < count; index++) {
    const row = rows === null ? index : rows[index]!;
    const id = index + FIRST_PACKAGE;
    let from = starts[row * KIND_COUNT]!;
    for (let kind = 0; kind < KIND_COUNT; kind++) {
      const to = starts[row * KIND_COUNT + kind + 1]!;
      const begin = end;
      let hasPre = false;
      if (isSuse !== null) {
        const says = kind === PROVIDES ? IN_PROVIDES : ELSEWHERE;
        for (let i = from; i < to; i++) {
          if ((isSuse[numbers[i]! & ~PRE_DEPENDENCY]! & says) === 0) continue;
          suse.set(id, suse.get(id) === true || kind === PROVIDES);
        }
      }
      for (let i = from; i < to; i++) {
        const entry = numbers[i]!;
        const number = entry & ~PRE_DEPENDENCY;
        dependencies[end++] = relations.ids[number]!;
        if (kind !== PROVIDES) asked[number] = 1;
        if (entry >= PRE_DEPENDENCY) hasPre = true;
      }
      // Every package provides itself, also where its metadata does not say so.
      if (kind === PROVIDES && !providesItself(columns, row, from, to)) {
        dependencies[end++] = relations.equal(names[row]! + 1, evrs[row]! + 1);
      }
      if (end > begin) {
        lists[kind]![id] = begin;
        dependencies[end++] = 0;
      }
      if (hasPre && kind === REQUIRES) {
        lists[PRE_REQUIRES]![id] = end;
        for (let i = from; i < to; i++) {
          const entry = numbers[i]!;
          if (entry >= PRE_DEPENDENCY) dependencies[end++] = relations.ids[entry & ~PRE_DEPENDENCY]!;
        }
        dependencies[end++] = 0;
      }
      from = to;
    }
  }
  const wanted = relations.marked(asked);
  return {
    lists,
    dependencies: dependencies.slice(0, end),
    wanted,
    suse: Int32Array.from(suse, ([id, provided]) => (provided ? id : -id)),
  };
}

/** Where a dependency says more than a name. */
const ELSEWHERE = 1;
const IN_PROVIDES = 2;

/** Dependencies in SUSE's words; null when there are none. */
function suseDependencies({ dependencies: { names, comparisons }, strings }: PackageColumns): Uint8Array | null {
  let found: Uint8Array | null = null;
  for (let number = 0; number < names.length; number++) {
    if (comparisons[number] !== 0) continue;
    const name = names[number]!;
    const says = (saysSuse(strings, name) ? ELSEWHERE : 0) | (providesSuse(strings, name) ? IN_PROVIDES : 0);
    if (says === 0) continue;
    found ??= new Uint8Array(names.length);
    found[number] = says;
  }
  return found;
}

function providesItself({ names, evrs, dependencies, lists }: PackageColumns, row: number, from: number, to: number) {
  for (let i = from; i < to; i++) {
    const number = lists[i]! & ~PRE_DEPENDENCY;
    if (dependencies.names[number] !== names[row] || dependencies.evrs[number] !== evrs[row]) continue;
    if (dependencies.comparisons[number] === EQUAL) return true;
  }
  return false;
}

/** Dependencies as strings and relations. */
class Relations {
  /** By number in the columns. */
  readonly ids: Int32Array;
  readonly #pool: StringPool;
  readonly #left = new U32List(1 << 12);
  readonly #operator = new U32List(1 << 12);
  readonly #right = new U32List(1 << 12);
  readonly #equal = new Map<string, number>();
  /** Relations within rich dependencies begin here. */
  readonly #richFrom: number;

  constructor({ dependencies, strings }: PackageColumns, pool: StringPool) {
    const { names, comparisons, evrs } = dependencies;
    const { bytes, offsets } = strings;
    this.#pool = pool;
    this.ids = new Int32Array(names.length);
    this.#add(0, 0, 0);
    const rich: number[] = [];
    for (let number = 0; number < names.length; number++) {
      const name = names[number]!;
      const comparison = comparisons[number]!;
      if (comparison !== 0) this.ids[number] = this.#add(name + 1, comparison, evrs[number]! + 1);
      else if (bytes[offsets[name]!] === OPEN) rich.push(number);
      else this.ids[number] = name + 1;
    }
    this.#richFrom = this.#left.length;
    for (const number of rich) this.ids[number] = this.#parse(strings.text(names[number]!));
  }

  get strings(): StringPool {
    return this.#pool;
  }

  columns() {
    const signed = (list: U32List) => new Int32Array(list.toArray().buffer);
    return { left: signed(this.#left), operator: signed(this.#operator), right: signed(this.#right) };
  }

  /** `name = evr`, as ids of strings. */
  equal(name: number, evr: number): number {
    const key = `${name} ${evr}`;
    let id = this.#equal.get(key);
    if (id === undefined) {
      id = this.#add(name, EQUAL, evr);
      this.#equal.set(key, id);
    }
    return id;
  }

  /** 1 for the relations of marked dependencies, and for all that are within rich ones. */
  marked(dependencies: Uint8Array): Uint8Array {
    const marks = new Uint8Array(this.#left.length).fill(1, this.#richFrom);
    for (let number = 0; number < dependencies.length; number++) {
      if (dependencies[number] === 1 && this.ids[number]! < 0) marks[-this.ids[number]!] = 1;
    }
    return marks;
  }

  #add(left: number, operator: number, right: number): number {
    this.#left.push(left);
    this.#operator.push(operator);
    this.#right.push(right);
    return 1 - this.#left.length;
  }

  #parse(text: string): number {
    return parseRichDependency<number>(text, {
      name: (name) => this.#pool.internText(name) + 1,
      versioned: (name, compare, evr) =>
        this.#add(this.#pool.internText(name) + 1, COMPARISON_BITS[compare], this.#pool.internText(evr) + 1),
      combined: (left, operator, right) => this.#add(left, RICH_OPERATORS[operator], right),
    });
  }
}
