import { RELATION_KINDS, type Relation } from '@ostrata/core';
import { globToRegExp, isGlob } from '@ostrata/package-spec';
import { compareEvr, parseEvr } from '../../../plugins/repo-rpm/src/codec/index.ts';
import { obsoletes } from '../../../plugins/solver-sat/src/policy/updates.ts';
import { ArchPolicy } from '../../../plugins/solver-sat/src/pool/arch.ts';
import { PoolBuilder } from '../../../plugins/solver-sat/src/pool/builder.ts';
import type { DependencyKind } from '../../../plugins/solver-sat/src/pool/columns.ts';
import type { Pool } from '../../../plugins/solver-sat/src/pool/pool.ts';
import { EQUAL, GREATER, LESS } from '../../../plugins/solver-sat/src/pool/relations.ts';
import { dependencyOfSpec, select } from '../../../plugins/solver-sat/src/request/select.ts';
import type { Package } from './repository.ts';
import type { System } from './system.ts';

const COMPARISONS = { '<': LESS, '<=': LESS | EQUAL, '=': EQUAL, '>=': GREATER | EQUAL, '>': GREATER };

/** A repository as a command sees it. */
export interface Offer {
  readonly id: string;
  readonly priority: number;
  readonly packages: readonly Package[];
  readonly exclude: readonly string[];
  readonly include: readonly string[];
}

export interface Found {
  readonly packages: readonly number[];
  /** Whether the spec is a name and nothing more. */
  readonly justName: boolean;
}

export function compareVersions(a: string, b: string): number {
  return compareEvr(parseEvr(a), parseEvr(b));
}

/** All packages that are installed or offered, in a pool, and what words mean there. */
export class Universe {
  readonly pool: Pool;
  readonly packages: (Package | null)[] = [null, null];
  readonly repos: string[] = ['', ''];
  readonly #dependencies = new Map<string, number>();
  /** 1 for what excludes hide from requests. */
  readonly #hidden: Uint8Array;

  /** `specs`: words that will be looked up. Names and patterns hide packages everywhere, or all but these. */
  constructor(
    system: System,
    offers: readonly Offer[],
    specs: readonly string[],
    { exclude, include }: { readonly exclude: readonly string[]; readonly include: readonly string[] },
  ) {
    const builder = new PoolBuilder();
    const load = (id: string, priority: number, installed: boolean, all: readonly Package[]) => {
      const repo = builder.addRepo({ id, priority: -priority, installed });
      for (const pkg of all) {
        addPackage(builder, repo, pkg);
        this.packages.push(pkg);
        this.repos.push(id);
      }
    };
    load(
      '@System',
      0,
      true,
      system.installed.map(({ pkg }) => pkg),
    );
    for (const { id, priority, packages } of offers) load(id, priority, false, packages.filter(isBinary));
    for (const spec of specs) {
      for (const path of [spec, ...binaryPaths(spec)]) this.#dependencies.set(path, dependencyOfSpec(builder, path));
    }
    const hidden = new Uint8Array(builder.count);
    this.#hidden = hidden;
    const marks = new Uint8Array(builder.count);
    this.pool = builder.build(new ArchPolicy('x86_64'), {
      multilib: true,
      excluded: marks,
      compareVersions,
    });
    const hide = (p: number) => {
      hidden[p] = 1;
      if (this.pool.installed[p] === 0) marks[p] = 1;
    };
    const fits = (patterns: readonly string[]) => {
      const tests = patterns.map(packageMatcher);
      return (p: number) => tests.some((test) => test(this.packages[p]!));
    };
    const everywhere = fits(exclude);
    const anywhere = fits(include);
    const perRepo = new Map(
      offers.map((offer) => [offer.id, { excluded: fits(offer.exclude), included: fits(offer.include), offer }]),
    );
    for (let p = 2; p < this.packages.length; p++) {
      const own = perRepo.get(this.repos[p]!);
      if (everywhere(p) || own?.excluded(p) === true) hide(p);
      else if (include.length > 0 && !this.isInstalled(p) && !anywhere(p)) hide(p);
      else if (own !== undefined && own.offer.include.length > 0 && !own.included(p)) hide(p);
    }
  }

  get all(): number[] {
    return Array.from({ length: this.packages.length - 2 }, (_, i) => i + 2);
  }

  isInstalled(p: number): boolean {
    return this.pool.installed[p] === 1;
  }

  /** Whether requests may mean it. */
  isVisible(p: number): boolean {
    return this.#hidden[p] === 0 && (this.isInstalled(p) || this.pool.installable(p));
  }

  get visible(): number[] {
    return this.all.filter((p) => this.isVisible(p));
  }

  name(p: number): string {
    return this.packages[p]!.name;
  }

  /** Null when nothing fits. */
  find(spec: string, { provides = true, accept = (_: number): boolean => true } = {}): Found | null {
    const visible = (p: number) => this.isVisible(p) && accept(p);
    for (const text of [spec, ...(provides ? binaryPaths(spec) : [])]) {
      const selection = select(this.pool, text, this.#dependencies.get(text)!, visible);
      if (selection === null) continue;
      const packages = selection.candidates.flat();
      const justName = packages.some((p) => this.name(p) === text);
      const named = isGlob(text) || text.startsWith('/') || packages.some((p) => text.startsWith(this.name(p)));
      if (provides || named) return { packages, justName };
    }
    return null;
  }

  /** What a rich dependency asks for: one of each list. */
  clauses(spec: string): readonly (readonly number[])[] {
    return select(this.pool, spec, this.#dependencies.get(spec)!, (p) => this.isVisible(p))?.candidates ?? [[]];
  }

  /** What is offered and obsoletes one of the packages. */
  obsoletersOf(packages: readonly number[]): number[] {
    const { pool } = this;
    return this.visible.filter(
      (p) =>
        !this.isInstalled(p) && packages.some((q) => q !== p && pool.name[q] !== pool.name[p] && obsoletes(pool, p, q)),
    );
  }

  /** Whether the first is a newer version of the second, an older one, or the same. */
  compare(a: number, b: number): number {
    return this.pool.compareVersions(a, b);
  }
}

function binaryPaths(spec: string): string[] {
  return /^[\w.+-]+$/.test(spec) ? [`/usr/bin/${spec}`, `/usr/sbin/${spec}`] : [];
}

function isBinary({ arch }: Package): boolean {
  return arch !== 'src' && arch !== 'nosrc';
}

/** Excludes name packages as requests do, but never by what they provide. */
function packageMatcher(pattern: string): (pkg: Package) => boolean {
  const glob = globToRegExp(pattern);
  return ({ name, evr, arch }) => {
    const forms = [evr, `0:${evr}`, evr.slice(evr.indexOf(':') + 1)].flatMap((e) => [
      `${name}-${e}.${arch}`,
      `${name}-${e}`,
    ]);
    return [name, `${name}.${arch}`, ...forms].some((form) => glob.test(form));
  };
}

function addPackage(builder: PoolBuilder, repo: number, pkg: Package): void {
  const lists: Partial<Record<DependencyKind, number[]>> = {};
  for (const kind of RELATION_KINDS) {
    const relations = pkg.relations[kind];
    if (relations.length === 0) continue;
    lists[kind] = relations.map((relation) => dependencyOf(builder, relation));
    if (kind === 'requires') {
      const pre = relations.flatMap((relation, i) => (relation.pre === true ? [lists.requires![i]!] : []));
      if (pre.length > 0) lists.preRequires = pre;
    }
  }
  builder.addPackage(repo, pkg, lists, pkg.files);
}

function dependencyOf(builder: PoolBuilder, { name, compare, evr }: Relation): number {
  if (compare === undefined || evr === undefined) return builder.dependency(name);
  return builder.dependency(name, COMPARISONS[compare], evr.replace(/^0:/, ''));
}
