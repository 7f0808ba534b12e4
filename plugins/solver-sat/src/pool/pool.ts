import { type CompareVersions, EvrOrder } from '../version/evr.ts';
import type { ArchPolicy } from './arch.ts';
import {
  type DependencyKind,
  type Namespaces,
  NO_REPO,
  type Packages,
  type PoolColumns,
  type Provided,
  type Repo,
  SYSTEM,
} from './columns.ts';
import { ProviderIndex } from './providers.ts';
import type { RelationTable } from './relations.ts';
import type { StringTable } from './strings.ts';

export interface PoolOptions {
  /** Packages of one name and different word size may be installed side by side. */
  readonly multilib: boolean;
  readonly compareVersions: CompareVersions;
  /** Not 0 for packages that must not be installed. */
  readonly excluded?: Uint8Array;
  /** By default nothing is known of the machine. */
  readonly namespaces?: Namespaces;
}

/** All packages of all repositories with interned names and dependencies, and the index of who provides what. */
export class Pool implements Packages {
  readonly strings: StringTable;
  readonly relations: RelationTable;
  readonly repos: readonly Repo[];
  readonly archs: ArchPolicy;
  readonly evrs: EvrOrder;
  /** Packages of one name and different word size may be installed side by side. */
  readonly multilib: boolean;

  readonly count: number;
  readonly name: Int32Array;
  readonly evr: Int32Array;
  readonly arch: Int32Array;
  readonly repo: Int32Array;
  readonly vendor: Int32Array;
  readonly lists: Readonly<Record<DependencyKind, Int32Array>>;
  readonly deps: Int32Array;
  /** Strings that are absolute paths. */
  readonly paths: Int32Array;

  /** Architecture score of each package; see {@link ArchPolicy.score}. */
  readonly archScore: Int32Array;
  readonly color: Uint8Array;
  /** 1 for packages of an installed repository. */
  readonly installed: Uint8Array;
  /** Ids of installed packages, ascending. */
  readonly installedIds: Int32Array;
  /** Ids of packages that supplement or enhance others, ascending. */
  readonly hinting: Int32Array;
  /** 0, or why a package must not be installed: an index into the caller's own list of reasons. */
  readonly excluded: Uint8Array;
  readonly namespaces: Namespaces;
  readonly provided: Provided;
  readonly providers: ProviderIndex;

  constructor(
    columns: PoolColumns,
    strings: StringTable,
    relations: RelationTable,
    repos: readonly Repo[],
    archs: ArchPolicy,
    options: PoolOptions,
  ) {
    this.strings = strings;
    this.relations = relations;
    this.repos = repos;
    this.archs = archs;
    this.multilib = options.multilib;
    this.namespaces = options.namespaces ?? (() => []);
    this.evrs = new EvrOrder((id) => strings.text(id), options.compareVersions);
    this.count = columns.count;
    this.name = columns.name;
    this.evr = columns.evr;
    this.arch = columns.arch;
    this.repo = columns.repo;
    this.vendor = columns.vendor;
    this.lists = columns.lists;
    this.deps = columns.deps;
    this.hinting = columns.hinting;
    this.paths = columns.paths;
    this.provided = columns.provided;
    this.archScore = new Int32Array(this.count);
    this.color = new Uint8Array(this.count);
    this.installed = new Uint8Array(this.count);
    this.excluded = options.excluded ?? new Uint8Array(this.count);
    const scores = new Int32Array(strings.size);
    const colors = new Uint8Array(strings.size);
    const { arch, archScore, color, count } = this;
    for (let p = SYSTEM; p < count; p++) {
      const id = arch[p]!;
      if (colors[id] === 0) {
        scores[id] = archs.score(strings.text(id));
        colors[id] = archs.color(strings.text(id));
      }
      archScore[p] = scores[id]!;
      color[p] = colors[id]!;
    }
    const installedIds: number[] = [];
    if (repos.some((repo) => repo.installed)) {
      for (let p = SYSTEM + 1; p < count; p++) {
        if (!repos[this.repo[p]!]!.installed) continue;
        this.installed[p] = 1;
        installedIds.push(p);
      }
    }
    this.installedIds = Int32Array.from(installedIds);
    this.providers = new ProviderIndex(this);
  }

  /** Whether the package may be installed at all: its architecture fits and nothing excludes it. */
  installable(p: number): boolean {
    return this.archScore[p] !== 0 && this.excluded[p] === 0;
  }

  /** Whether two packages of one name exclude each other. */
  sameColor(a: number, b: number): boolean {
    return !this.multilib || (this.color[a]! & this.color[b]!) !== 0;
  }

  priority(p: number): number {
    const repo = this.repo[p]!;
    return repo === NO_REPO ? 0 : this.repos[repo]!.priority;
  }

  /** Compares the versions of two packages. */
  compareVersions(a: number, b: number): number {
    return this.evrs.compare(this.evr[a]!, this.evr[b]!);
  }

  /** `name-evr.arch`. */
  text(p: number): string {
    const { strings } = this;
    return `${strings.text(this.name[p]!)}-${strings.text(this.evr[p]!)}.${strings.text(this.arch[p]!)}`;
  }
}
