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

/** Collects packages into columns; dependencies are ids made with {@link PoolBuilder.dependency}. */
export class PoolBuilder {
  readonly strings = new StringTable();
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
  readonly #files: (readonly [number, Iterable<string>])[] = [];

  constructor() {
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
    if (files !== undefined) this.#files.push([id, files]);
    return id;
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

  #filePairs(paths: readonly number[]): Int32Array {
    const wanted = this.#pathIds(paths);
    const pairs = new IntList(1024);
    if (wanted.size === 0) return pairs.data.slice(0, 0);
    for (const [id, files] of this.#files) {
      for (const path of files) {
        const text = this.strings.find(path);
        if (text === 0 || !wanted.has(text)) continue;
        pairs.push(id);
        pairs.push(text);
      }
    }
    return pairs.data.slice(0, pairs.length);
  }

  #pathIds(more: readonly number[]): Set<number> {
    const paths = new Set<number>();
    const visit = (dep: number): void => {
      if (dep < 0) {
        visit(this.relations.left(dep));
        visit(this.relations.right(dep));
      } else if (dep > 0 && this.strings.text(dep).charCodeAt(0) === 47) paths.add(dep);
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
