import {
  FIRST_PACKAGE,
  type PackageColumns,
  type PackageIndex,
  RELATION_KINDS,
  type StringColumn,
} from '@ostrata/contract';
import { indexColumns, type Owners, provideLists } from '@ostrata/package-columns';
import { IntList } from '../util/int-list.ts';
import type { ArchPolicy } from './arch.ts';
import { type DependencyKind, NO_REPO, type PoolColumns, type ProvideSegment, type Repo } from './columns.ts';
import { Pool, type PoolOptions } from './pool.ts';
import { EQUAL, RelationTable } from './relations.ts';
import { parseRichDependency } from './rich-dependency.ts';
import { StringTable } from './strings.ts';
import { SuseDependencies } from './suse.ts';
import { providedBy, type TablePart } from './table-parts.ts';

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
  readonly #deps = new IntList(1 << 10);
  /** Files of packages that were added one by one. */
  readonly #files: { readonly id: number; readonly files: Iterable<string> }[] = [];
  readonly #parts: TablePart[] = [];
  /** Strings from here on need not be those of tables. */
  #ownFrom = 2;
  #mixed = false;
  readonly #suse: SuseDependencies;
  /** @param base strings to begin with: those of the largest table need not be looked up one by one. */
  constructor(base?: StringColumn) {
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
    this.#mixed = true;
    this.#ownFrom = 2;
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
    if (files !== undefined) this.#files.push({ id, files });
    return id;
  }

  /** Adds all packages of a table to a repository; returns the id of the first one. @throws RichDependencyError */
  addColumns(repo: number, columns: PackageColumns, owners: Owners): number {
    const first = this.count;
    const index = (columns.rows === null ? columns.index : undefined) ?? indexColumns(columns, { owners });
    const strings = index.strings === this.strings.base ? null : this.strings.adopt(index.strings);
    const shift = this.relations.adopt(index.relations, strings);
    this.#parts.push({ first, repo, index, strings, shift, owners });
    this.#extend(first + index.names.length - FIRST_PACKAGE);
    if (!this.#mixed) this.#ownFrom = this.strings.size;
    return first;
  }

  /** Gives what a package says in SUSE's words the meaning it has there: `modalias(…)`, `locale(…)`, `packageand(…)`. */
  readSuse(id: number, inProvides = true): void {
    const suse = this.#suse;
    const { supplements, conflicts, provides } = this.#lists;
    for (let i = supplements.data[id]!; this.#deps.data[i] !== 0; i++) {
      this.#deps.data[i] = suse.supplement(this.#deps.data[i]!);
    }
    for (let i = conflicts.data[id]!; this.#deps.data[i] !== 0; i++) {
      this.#deps.data[i] = suse.conflict(this.#deps.data[i]!);
    }
    const added: number[] = [];
    for (let i = inProvides ? provides.data[id]! : 0; this.#deps.data[i] !== 0; i++) {
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

  /** Makes the pool. Of files only those count that a string names which was interned before. */
  build(archs: ArchPolicy, options: PoolOptions): Pool {
    return new Pool(this.#soleColumns() ?? this.#columns(), this.strings, this.relations, this.#repos, archs, options);
  }

  /** The columns where they are those of one table, as it has them; null where they are not. */
  #soleColumns(): PoolColumns | null {
    const [part] = this.#parts;
    if (part === undefined || part.first !== FIRST_PACKAGE || part.strings !== null || part.shift !== 0) return null;
    const { index } = part;
    if (this.count !== index.names.length || index.suse.length > 0) return null;
    const own = (column: Int32Array, ours: IntList) => {
      const copy = column.slice();
      copy.set(ours.data.subarray(0, FIRST_PACKAGE));
      return copy;
    };
    const repo = new Int32Array(this.count).fill(part.repo);
    repo.set(this.#repo.data.subarray(0, FIRST_PACKAGE));
    return {
      count: this.count,
      name: own(index.names, this.#name),
      evr: own(index.evrs, this.#evr),
      arch: own(index.archs, this.#arch),
      repo,
      vendor: index.vendors,
      lists: byKind((_kind, place) => index.lists[place]!),
      deps: index.dependencies,
      hinting: index.hinting,
      ...this.#provided(),
    };
  }

  #columns(): PoolColumns {
    // Before tables' lists come in: those of packages that were added one by one.
    const provided = this.#provided();
    this.#deps.reserve(this.#parts.reduce((sum, { index }) => sum + index.dependencies.length, 1 << 12));
    for (const part of this.#parts) this.#copyPart(part);
    for (const { first, index } of this.#parts) {
      for (const id of index.suse) this.readSuse(first + Math.abs(id) - FIRST_PACKAGE, id > 0);
    }
    const { count } = this;
    const { supplements, enhances } = this.#lists;
    const hinting = new IntList(256);
    for (let p = FIRST_PACKAGE; p < count; p++) {
      if (supplements.data[p] !== 0 || enhances.data[p] !== 0) hinting.push(p);
    }
    return {
      count,
      name: this.#name.view(),
      evr: this.#evr.view(),
      arch: this.#arch.view(),
      repo: this.#repo.view(),
      vendor: this.#vendor.view(),
      lists: byKind((kind) => this.#lists[kind].view()),
      deps: this.#deps.view(),
      hinting: hinting.view(),
      ...provided,
    };
  }

  #copyPart({ first, repo, index, strings, shift }: TablePart): void {
    const columns = [
      [index.names, this.#name],
      [index.evrs, this.#evr],
      [index.archs, this.#arch],
      [index.vendors, this.#vendor],
    ] as const;
    for (const [from, to] of columns) to.setMapped(first, from, FIRST_PACKAGE, strings, 0);
    this.#repo.data.fill(repo, first, first + index.names.length - FIRST_PACKAGE);
    const offset = this.#deps.length - 1;
    this.#deps.appendMapped(index.dependencies, 1, strings, shift);
    for (const [place, kind] of INDEX_KINDS.entries()) {
      this.#lists[kind].setShifted(first, index.lists[place]!, FIRST_PACKAGE, offset);
    }
  }

  /** Who provides what, and which strings are paths. */
  #provided(): Pick<PoolColumns, 'paths' | 'provided'> {
    const { paths, provided } = providedBy(this.#parts, this.strings, this.#ownFrom);
    return this.#hasLoose()
      ? { paths, provided: { ...provided, segments: [...provided.segments, this.#looseSegment()] } }
      : { paths, provided };
  }

  #hasLoose(): boolean {
    return (
      this.count - FIRST_PACKAGE > this.#parts.reduce((sum, part) => sum + part.index.names.length - FIRST_PACKAGE, 0)
    );
  }

  /** What packages provide that were added one by one. */
  #looseSegment(): ProvideSegment {
    const pairs = new IntList();
    for (const { id, files } of this.#files) {
      for (const path of new Set(files)) {
        const known = this.strings.find(path);
        if (known === 0) continue;
        pairs.push(id);
        pairs.push(known);
      }
    }
    const lists = provideLists({
      first: FIRST_PACKAGE,
      end: this.count,
      provides: this.#lists.provides.data,
      dependencies: this.#deps.data,
      left: this.relations.lefts,
      strings: this.strings.size,
      files: pairs.view(),
    });
    return { ...lists, byRelation: null, own: null, shift: 0, relationShift: 0 };
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

/** As in a {@link PackageIndex}. */
const INDEX_KINDS: readonly DependencyKind[] = [...RELATION_KINDS, 'preRequires'];

function byKind(list: (kind: DependencyKind, place: number) => Int32Array): Record<DependencyKind, Int32Array> {
  return Object.fromEntries(INDEX_KINDS.map((kind, place) => [kind, list(kind, place)])) as Record<
    DependencyKind,
    Int32Array
  >;
}
