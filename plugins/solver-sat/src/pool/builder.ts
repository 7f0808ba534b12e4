import { type PackageColumns, PRE_DEPENDENCY, RELATION_KINDS, type StringColumn } from '@ostrata/contract';
import { IntList } from '../util/int-list.ts';
import type { ArchPolicy } from './arch.ts';
import { type DependencyKind, NO_REPO, type PoolColumns, type Repo } from './columns.ts';
import { Pool, type PoolOptions } from './pool.ts';
import { EQUAL, RelationTable } from './relations.ts';
import { parseRichDependency } from './rich-dependency.ts';
import { StringTable } from './strings.ts';
import { mayBeSuse, SuseDependencies } from './suse.ts';

const KINDS: readonly DependencyKind[] = [
  'provides',
  'requires',
  'preRequires',
  'conflicts',
  'obsoletes',
  'recommends',
  'suggests',
  'supplements',
  'enhances',
];

const KIND_COUNT = RELATION_KINDS.length;
const PROVIDES = RELATION_KINDS.indexOf('provides');
const REQUIRES = RELATION_KINDS.indexOf('requires');
const OPEN = 40;
const SLASH = 47;
const RICH_SUSE = /[ (](?:language|modalias|filesystem|packageand)\(/;

/** Tells which packages, counted from 0, have which of some paths: pairs in ascending order. */
type Owners = (paths: readonly string[]) => Iterable<readonly [index: number, path: number]>;

/** Collects packages into columns; dependencies are ids made with {@link PoolBuilder.dependency}. */
export class PoolBuilder {
  readonly strings: StringTable;
  readonly relations = new RelationTable();
  readonly #repos: Repo[] = [];
  readonly #name = new IntList(1024);
  readonly #evr = new IntList(1024);
  readonly #arch = new IntList(1024);
  readonly #repo = new IntList(1024);
  readonly #vendor = new IntList(1024);
  readonly #lists = Object.fromEntries(KINDS.map((kind) => [kind, new IntList(1024)])) as Record<
    DependencyKind,
    IntList
  >;
  readonly #deps = new IntList(1 << 16);
  readonly #files: { readonly first: number; readonly owners: Owners }[] = [];
  readonly #base: StringColumn | undefined;
  readonly #suse: SuseDependencies;
  /** Whether a package of the columns seen last may say something that only SUSE's packages do. */
  #maySaySuse = false;

  /** @param base strings to begin with: those of the largest table need not be looked up one by one. */
  constructor(base?: StringColumn) {
    this.#base = base;
    this.strings = new StringTable(base);
    this.#suse = new SuseDependencies(this.strings, this.relations);
    this.#deps.push(0);
    this.#push(0, 0, 0, NO_REPO);
    this.#push(this.strings.intern('system:system'), 1, this.strings.intern('noarch'), NO_REPO);
  }

  /** Number of ids given so far; the next package gets this one. */
  get count(): number {
    return this.#name.length;
  }

  addRepo(repo: Repo): number {
    return this.#repos.push(repo) - 1;
  }

  /** A simple, versioned or (in parentheses) rich dependency as an id. @throws RichDependencyError */
  dependency(name: string, comparison = 0, evr = ''): number {
    if (comparison === 0 && name.startsWith('(')) return parseRichDependency(name, this.strings, this.relations);
    const id = this.strings.intern(name);
    return comparison === 0 ? id : this.relations.intern(id, comparison, this.strings.intern(evr));
  }

  /** Adds a package to a repository; `files` are walked once, when the pool is built. Returns its id. */
  addPackage(
    repo: number,
    pkg: { name: string; evr: string; arch: string; vendor?: string },
    lists: Partial<Record<DependencyKind, readonly number[]>>,
    files?: Iterable<string>,
  ): number {
    const { strings } = this;
    const id = this.count;
    this.#push(strings.intern(pkg.name), strings.intern(pkg.evr), strings.intern(pkg.arch), repo);
    if (pkg.vendor !== undefined && pkg.vendor !== '') this.#vendor.data[id] = strings.intern(pkg.vendor);
    const self = this.relations.intern(strings.intern(pkg.name), EQUAL, strings.intern(pkg.evr));
    for (const kind of KINDS) {
      let list = lists[kind] ?? [];
      // Every package provides itself, also where its metadata does not say so.
      if (kind === 'provides' && !list.includes(self)) list = [...list, self];
      if (list.length === 0) continue;
      this.#lists[kind].data[id] = this.#deps.length;
      for (let i = 0; i < list.length; i++) this.#deps.push(list[i]!);
      this.#deps.push(0);
    }
    if (files !== undefined) this.#files.push({ first: id, owners: (paths) => ownersAmong(files, paths) });
    return id;
  }

  /** Adds all packages of a table to a repository; returns the id of the first one. @throws RichDependencyError */
  addColumns(repo: number, columns: PackageColumns, owners: Owners): number {
    const first = this.count;
    const { rows, names, evrs, archs, vendors, starts, lists } = columns;
    const string = this.#stringIds(columns);
    const ids = this.#dependencyIds(columns, string);
    const count = rows === null ? names.length : rows.length;
    const relations = this.relations;
    const deps = this.#deps;
    // Room for every list with its end and for what may be added: preRequires, and that a package provides itself.
    deps.reserve(2 * lists.length + count * (KINDS.length + 1));
    const data = deps.data;
    let end = deps.length;
    this.#extend(first + count);
    const [name, evr, arch] = [this.#name.data, this.#evr.data, this.#arch.data];
    const [repos, vendor] = [this.#repo.data, this.#vendor.data];
    const listsOf = RELATION_KINDS.map((kind) => this.#lists[kind].data);
    const preRequires = this.#lists.preRequires.data;
    for (let index = 0; index < count; index++) {
      const row = rows === null ? index : rows[index]!;
      const id = first + index;
      name[id] = string(names[row]!);
      evr[id] = string(evrs[row]!);
      arch[id] = string(archs[row]!);
      repos[id] = repo;
      if (vendors[row] !== 0) vendor[id] = string(vendors[row]!);
      let from = starts[row * KIND_COUNT]!;
      for (let kind = 0; kind < KIND_COUNT; kind++) {
        const to = starts[row * KIND_COUNT + kind + 1]!;
        const begin = end;
        let hasPre = false;
        for (let i = from; i < to; i++) {
          const entry = lists[i]!;
          data[end++] = ids[entry & ~PRE_DEPENDENCY]!;
          if (entry >= PRE_DEPENDENCY) hasPre = true;
        }
        // Every package provides itself, also where its metadata does not say so.
        if (kind === PROVIDES && !providesItself(columns, row, from, to)) {
          data[end++] = relations.intern(name[id]!, EQUAL, evr[id]!);
        }
        if (end > begin) {
          listsOf[kind]![id] = begin;
          data[end++] = 0;
        }
        if (hasPre && kind === REQUIRES) {
          preRequires[id] = end;
          for (let i = from; i < to; i++) {
            const entry = lists[i]!;
            if (entry >= PRE_DEPENDENCY) data[end++] = ids[entry & ~PRE_DEPENDENCY]!;
          }
          data[end++] = 0;
        }
        from = to;
      }
    }
    deps.length = end;
    this.#files.push({ first, owners });
    if (this.#maySaySuse) for (let id = first; id < first + count; id++) this.readSuse(id);
    return first;
  }

  /** Gives what a package says in SUSE's words the meaning it has there: `modalias(…)`, `locale(…)`, `packageand(…)`. */
  readSuse(id: number): void {
    const suse = this.#suse;
    const { supplements, conflicts, provides } = this.#lists;
    for (let i = supplements.data[id]!; this.#deps.data[i] !== 0; i++) {
      this.#deps.data[i] = suse.supplement(this.#deps.data[i]!);
    }
    for (let i = conflicts.data[id]!; this.#deps.data[i] !== 0; i++) {
      this.#deps.data[i] = suse.conflict(this.#deps.data[i]!);
    }
    const added: number[] = [];
    for (let i = provides.data[id]!; this.#deps.data[i] !== 0; i++) {
      const supplement = suse.supplementOfProvide(this.#deps.data[i]!);
      if (supplement !== 0) added.push(supplement);
    }
    if (added.length === 0) return;
    const begin = this.#deps.length;
    for (let i = supplements.data[id]!; this.#deps.data[i] !== 0; i++) this.#deps.push(this.#deps.data[i]!);
    for (const supplement of added) this.#deps.push(supplement);
    this.#deps.push(0);
    supplements.data[id] = begin;
  }

  /** The ids of a column's strings. */
  #stringIds({ strings }: PackageColumns): (number: number) => number {
    if (strings === this.#base) return (number) => number + 1;
    const ids = new Int32Array(strings.count);
    const { bytes, offsets } = strings;
    return (number) => {
      let id = ids[number]!;
      if (id === 0) {
        id = this.strings.internFrom({ bytes, offsets }, number);
        ids[number] = id;
      }
      return id;
    };
  }

  /** The ids of a column's dependencies; for those of the base in one go. */
  #dependencyIds({ dependencies, strings }: PackageColumns, string: (number: number) => number): Int32Array {
    const { names, comparisons, evrs } = dependencies;
    const { bytes, offsets } = strings;
    const ids = new Int32Array(names.length);
    const rich: number[] = [];
    this.#maySaySuse = false;
    const isNew = this.relations.size === 1;
    for (let number = 0; number < ids.length; number++) {
      const name = names[number]!;
      const comparison = comparisons[number]!;
      if (comparison !== 0) {
        const left = string(name);
        const right = string(evrs[number]!);
        ids[number] = isNew
          ? this.relations.append(left, comparison, right)
          : this.relations.intern(left, comparison, right);
      } else if (bytes[offsets[name]!] === OPEN) rich.push(number);
      else {
        ids[number] = string(name);
        if (mayBeSuse(bytes, offsets[name]!, offsets[name + 1]!)) this.#maySaySuse = true;
      }
    }
    for (const number of rich) {
      const text = strings.text(names[number]!);
      ids[number] = parseRichDependency(text, this.strings, this.relations);
      if (RICH_SUSE.test(text)) this.#maySaySuse = true;
    }
    return ids;
  }

  /** Makes the pool. Of files only those count that a string names which was interned before. */
  build(archs: ArchPolicy, options: PoolOptions): Pool {
    return new Pool(this.#columns(), this.strings, this.relations, this.#repos, archs, options);
  }

  #columns(): PoolColumns {
    const { count } = this;
    return {
      count,
      name: this.#name.view(),
      evr: this.#evr.view(),
      arch: this.#arch.view(),
      repo: this.#repo.view(),
      vendor: this.#vendor.view(),
      lists: Object.fromEntries(KINDS.map((kind) => [kind, this.#lists[kind].view()])) as Record<
        DependencyKind,
        Int32Array
      >,
      deps: this.#deps.view(),
      filePairs: this.#filePairs(),
    };
  }

  /** Who has the paths that something names. */
  #filePairs(): Int32Array {
    const wanted = this.strings.beginningWith(SLASH);
    const paths = wanted.map((id) => this.strings.text(id));
    const pairs = new IntList(1024);
    for (const { first, owners } of this.#files) {
      for (const [index, path] of owners(paths)) {
        pairs.push(first + index);
        pairs.push(wanted[path]!);
      }
    }
    return pairs.view();
  }

  #extend(count: number): void {
    for (const column of [this.#name, this.#evr, this.#arch, this.#repo, this.#vendor]) column.extendTo(count);
    for (const kind of KINDS) this.#lists[kind].extendTo(count);
  }

  #push(name: number, evr: number, arch: number, repo: number): void {
    this.#name.push(name);
    this.#evr.push(evr);
    this.#arch.push(arch);
    this.#repo.push(repo);
    this.#vendor.push(0);
    for (const kind of KINDS) this.#lists[kind].push(0);
  }
}

function providesItself(
  { names, evrs, dependencies, lists }: PackageColumns,
  row: number,
  from: number,
  to: number,
): boolean {
  for (let i = from; i < to; i++) {
    const number = lists[i]! & ~PRE_DEPENDENCY;
    if (dependencies.names[number] !== names[row] || dependencies.evrs[number] !== evrs[row]) continue;
    if (dependencies.comparisons[number] === EQUAL) return true;
  }
  return false;
}

function* ownersAmong(files: Iterable<string>, paths: readonly string[]): Generator<readonly [number, number]> {
  if (paths.length === 0) return;
  const has = new Set(files);
  for (const [place, path] of paths.entries()) if (has.has(path)) yield [0, place];
}
