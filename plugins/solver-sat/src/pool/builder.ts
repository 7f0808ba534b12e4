import { type PackageColumns, PRE_DEPENDENCY, RELATION_KINDS, type StringColumn } from '@ostrata/core';
import { IntList } from '../util/int-list.ts';
import type { ArchPolicy } from './arch.ts';
import { type DependencyKind, NO_REPO, type PoolColumns, type Repo, SYSTEM } from './columns.ts';
import { Pool, type PoolOptions } from './pool.ts';
import { EQUAL, RelationTable } from './relations.ts';
import { parseRichDependency } from './rich-dependency.ts';
import { StringTable } from './strings.ts';

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

const OPEN = 40;
const SLASH = 47;

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

  /** @param base strings to begin with: those of the largest table need not be looked up one by one. */
  constructor(base?: StringColumn) {
    this.#base = base;
    this.strings = new StringTable(base);
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
    const dependency = this.#dependencyIds(columns, string);
    const count = rows === null ? names.length : rows.length;
    for (let index = 0; index < count; index++) {
      const row = rows === null ? index : rows[index]!;
      const id = this.count;
      const name = string(names[row]!);
      const evr = string(evrs[row]!);
      this.#push(name, evr, string(archs[row]!), repo);
      if (vendors[row] !== 0) this.#vendor.data[id] = string(vendors[row]!);
      for (let kind = 0; kind < RELATION_KINDS.length; kind++) {
        const from = starts[row * RELATION_KINDS.length + kind]!;
        const to = starts[row * RELATION_KINDS.length + kind + 1]!;
        // Every package provides itself, also where its metadata does not say so.
        const self = kind === 0 ? this.relations.intern(name, EQUAL, evr) : 0;
        if (from === to && self === 0) continue;
        this.#lists[RELATION_KINDS[kind]!].data[id] = this.#deps.length;
        let hasSelf = self === 0;
        let pre = false;
        for (let i = from; i < to; i++) {
          const entry = lists[i]!;
          const dep = dependency(entry & ~PRE_DEPENDENCY);
          if (dep === self) hasSelf = true;
          if (entry >= PRE_DEPENDENCY) pre = true;
          this.#deps.push(dep);
        }
        if (!hasSelf) this.#deps.push(self);
        this.#deps.push(0);
        if (!pre || RELATION_KINDS[kind] !== 'requires') continue;
        this.#lists.preRequires.data[id] = this.#deps.length;
        for (let i = from; i < to; i++) {
          if (lists[i]! >= PRE_DEPENDENCY) this.#deps.push(dependency(lists[i]! & ~PRE_DEPENDENCY));
        }
        this.#deps.push(0);
      }
    }
    this.#files.push({ first, owners });
    return first;
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

  /** The ids of a column's dependencies. */
  #dependencyIds({ dependencies, strings }: PackageColumns, string: (number: number) => number) {
    const { names, comparisons, evrs } = dependencies;
    const { bytes, offsets } = strings;
    const ids = new Int32Array(names.length);
    return (number: number): number => {
      let id = ids[number]!;
      if (id !== 0) return id;
      const name = names[number]!;
      const comparison = comparisons[number]!;
      if (comparison !== 0) id = this.relations.intern(string(name), comparison, string(evrs[number]!));
      else if (bytes[offsets[name]!] === OPEN) {
        id = parseRichDependency(strings.text(name), this.strings, this.relations);
      } else id = string(name);
      ids[number] = id;
      return id;
    };
  }

  /** Makes the pool. `paths` are further dependencies whose paths are looked for in file lists. */
  build(archs: ArchPolicy, options: PoolOptions & { paths?: readonly number[] }): Pool {
    return new Pool(this.#columns(options.paths ?? []), this.strings, this.relations, this.#repos, archs, options);
  }

  #columns(paths: readonly number[]): PoolColumns {
    const { count } = this;
    return {
      count,
      name: this.#name.data.slice(0, count),
      evr: this.#evr.data.slice(0, count),
      arch: this.#arch.data.slice(0, count),
      repo: this.#repo.data.slice(0, count),
      vendor: this.#vendor.data.slice(0, count),
      lists: Object.fromEntries(KINDS.map((kind) => [kind, this.#lists[kind].data.slice(0, count)])) as Record<
        DependencyKind,
        Int32Array
      >,
      deps: this.#deps.data.slice(0, this.#deps.length),
      filePairs: this.#filePairs(paths),
    };
  }

  #filePairs(more: readonly number[]): Int32Array {
    const wanted = this.#pathIds(more);
    const paths = wanted.map((id) => this.strings.text(id));
    const pairs = new IntList(1024);
    for (const { first, owners } of this.#files) {
      for (const [index, path] of owners(paths)) {
        pairs.push(first + index);
        pairs.push(wanted[path]!);
      }
    }
    return pairs.data.slice(0, pairs.length);
  }

  /** Paths that a dependency other than a provide names. */
  #pathIds(more: readonly number[]): number[] {
    const paths: number[] = [];
    const { strings, relations } = this;
    const seen = new Uint8Array(strings.size);
    const seenRelations = new Uint8Array(relations.size);
    const visit = (dep: number): void => {
      if (dep < 0) {
        if (seenRelations[-dep] === 1) return;
        seenRelations[-dep] = 1;
        visit(relations.left(dep));
        visit(relations.right(dep));
      } else if (dep > 0 && seen[dep] === 0) {
        seen[dep] = 1;
        if (strings.beginsWith(dep, SLASH)) paths.push(dep);
      }
    };
    for (const kind of KINDS) {
      if (kind === 'provides') continue;
      const offsets = this.#lists[kind];
      for (let p = SYSTEM; p < this.count; p++) {
        const start = offsets.data[p]!;
        if (start === 0) continue;
        for (let i = start; this.#deps.data[i] !== 0; i++) visit(this.#deps.data[i]!);
      }
    }
    for (const dep of more) visit(dep);
    return paths;
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

function* ownersAmong(files: Iterable<string>, paths: readonly string[]): Generator<readonly [number, number]> {
  if (paths.length === 0) return;
  const has = new Set(files);
  for (const [place, path] of paths.entries()) if (has.has(path)) yield [0, place];
}
