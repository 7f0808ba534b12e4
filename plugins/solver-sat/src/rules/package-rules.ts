import { NOARCH } from '../pool/arch.ts';
import { SYSTEM } from '../pool/columns.ts';
import { matchesPackage } from '../pool/match.ts';
import type { Pool } from '../pool/pool.ts';
import { IntList } from '../util/int-list.ts';
import { conjunctive, isComplex, type NormalForm, negated } from './normal-form.ts';

/** What a rule made from package metadata says. */
export type PackageRuleKind =
  | 'not-installable'
  | 'nothing-provides'
  | 'requires'
  | 'conflicts'
  | 'obsoletes'
  | 'same-name';

/**
 * Takes a rule: `first ∨ second` or `first ∨ list` (an offset of the provider arena). `from` is the package whose metadata says so
 * and `dep` the dependency, 0 where there is none.
 */
export type PackageRuleSink = (
  kind: PackageRuleKind,
  from: number,
  first: number,
  second: number,
  list: number,
  dep: number,
) => void;

export interface PackageRuleOptions {
  /** 1 for packages of which several versions may be installed (`installonly`). */
  readonly multiversion: Uint8Array | null;
  /** Packages of {@link multiversion} replace what they obsolete all the same. */
  readonly multiversionObsoletes: boolean;
  /** 1 for installed packages of which broken dependencies are repaired. */
  readonly repair: Uint8Array | null;
  /** Follow recommendations to further packages. */
  readonly recommends: boolean;
}

/**
 * Makes the rules of a package and of all packages that they can lead to. `visited` marks packages whose rules are made; without it
 * only the package itself is looked at. What is only suggested is never installed for that, so it needs no rules.
 */
export class PackageRules {
  readonly #pool: Pool;
  readonly #options: PackageRuleOptions;
  readonly #sink: PackageRuleSink;
  readonly #visited: Uint8Array | null;
  readonly #queue = new IntList(256);
  /** Packages whose rules were made, in that order. */
  readonly reached = new IntList(256);
  #recommends: boolean;
  #suggests = false;

  constructor(pool: Pool, options: PackageRuleOptions, visited: Uint8Array | null, sink: PackageRuleSink) {
    this.#pool = pool;
    this.#options = options;
    this.#visited = visited;
    this.#sink = sink;
    this.#recommends = options.recommends;
  }

  add(package_: number): void {
    this.#queue.clear();
    this.#queue.push(package_);
    this.#run();
  }

  /** Follows recommendations and suggestions as well, also those of packages that were looked at before. */
  widen(): void {
    this.#recommends = true;
    this.#suggests = true;
    this.#queue.clear();
    for (let i = 0; i < this.reached.length; i++) this.#hints(this.reached.at(i));
    this.#run();
  }

  #run(): void {
    const visited = this.#visited;
    for (let head = 0; head < this.#queue.length; head++) {
      const p = this.#queue.at(head);
      if (visited !== null) {
        if (visited[p] !== 0) continue;
        visited[p] = 1;
        this.reached.push(p);
      }
      this.#addOne(p);
    }
  }

  #addOne(p: number): void {
    const pool = this.#pool;
    const keep = pool.installed[p] !== 0 && this.#options.repair?.[p] !== 1;
    if (!keep && !pool.installable(p)) this.#sink('not-installable', p, -p, 0, 0, 0);
    const { deps, lists } = pool;
    let list = lists.requires[p]!;
    if (list !== 0) for (; deps[list] !== 0; list++) this.#requires(p, deps[list]!, keep);
    list = lists.conflicts[p]!;
    if (list !== 0) for (; deps[list] !== 0; list++) this.#conflicts(p, deps[list]!, keep);
    this.#obsoletes(p, keep);
    this.#sameName(p, keep);
    if (this.#visited === null) return;
    this.#queueOtherWordSizes(p);
    this.#hints(p);
  }

  #hints(p: number): void {
    const { deps, lists } = this.#pool;
    let list = this.#recommends ? lists.recommends[p]! : 0;
    if (list !== 0) for (; deps[list] !== 0; list++) this.#queuePossible(deps[list]!);
    list = this.#suggests ? lists.suggests[p]! : 0;
    if (list !== 0) for (; deps[list] !== 0; list++) this.#queuePossible(deps[list]!);
  }

  #requires(p: number, dep: number, keep: boolean): void {
    const pool = this.#pool;
    const { providers, installed } = pool;
    if (isComplex(pool, dep)) {
      this.#blocks('requires', p, dep, conjunctive(pool, dep), keep);
      return;
    }
    const offset = providers.of(dep);
    const { data } = providers;
    if (data[offset] === SYSTEM) return;
    let byItself = false;
    let byInstalled = false;
    for (let i = offset; data[i] !== 0; i++) {
      if (data[i] === p) byItself = true;
      if (installed[data[i]!] !== 0) byInstalled = true;
    }
    // What is broken already on the system is none of this transaction's business.
    if (keep && !byInstalled) return;
    if (data[offset] === 0) this.#sink('nothing-provides', p, -p, 0, 0, dep);
    else if (!byItself) {
      this.#sink('requires', p, -p, 0, offset, dep);
      this.#queueList(offset);
    }
  }

  #conflicts(p: number, dep: number, keep: boolean): void {
    const pool = this.#pool;
    if (isComplex(pool, dep)) {
      this.#blocks('conflicts', p, dep, negated(pool, dep), keep);
      return;
    }
    const { providers } = pool;
    for (let i = providers.of(dep); providers.data[i] !== 0; i++) {
      const other = providers.data[i]!;
      if (other === p || (keep && pool.installed[other] !== 0)) continue;
      this.#sink('conflicts', p, -p, other === SYSTEM ? 0 : -other, 0, dep);
    }
  }

  #blocks(kind: 'requires' | 'conflicts', p: number, dep: number, form: NormalForm, keep: boolean): void {
    if (form === 'all') return;
    if (form === 'none') {
      if (!keep) this.#sink(kind === 'requires' ? 'nothing-provides' : kind, p, -p, 0, 0, dep);
      return;
    }
    const { installed } = this.#pool;
    for (const block of form) {
      const holds = (literal: number) => (literal > 0 ? installed[literal] !== 0 : installed[-literal] === 0);
      if (keep && !block.some(holds)) continue;
      if (block.includes(p)) continue;
      if (block.length === 1 && block[0] === -p) {
        // A package may conflict with what it provides itself.
        if (kind === 'requires') this.#sink(kind, p, -p, 0, 0, dep);
        continue;
      }
      const literals = IntList.from(block.includes(-p) ? block : [...block, -p].sort((a, b) => a - b));
      if (literals.length <= 2) this.#sink(kind, p, literals.at(0), literals.length > 1 ? literals.at(1) : 0, 0, dep);
      else this.#sink(kind, p, literals.at(0), 0, this.#pool.providers.store(literals, 1), dep);
      for (const literal of block) if (literal > 0) this.#enqueue(literal);
    }
  }

  #obsoletes(p: number, keep: boolean): void {
    const pool = this.#pool;
    const { providers, installed } = pool;
    const multi = this.#options.multiversion?.[p] === 1;
    if (multi && !this.#options.multiversionObsoletes) return;
    const { deps } = pool;
    let list = pool.lists.obsoletes[p]!;
    if (list === 0) return;
    for (; deps[list] !== 0; list++) {
      const dep = deps[list]!;
      for (let i = providers.of(dep); providers.data[i] !== 0; i++) {
        const other = providers.data[i]!;
        if (other === p || (installed[p] !== 0 && keep && installed[other] !== 0)) continue;
        if (multi && pool.name[other] === pool.name[p]) continue;
        // Obsoletes are about names of packages, not about what they provide.
        if (matchesPackage(pool, other, dep)) this.#sink('obsoletes', p, -p, -other, 0, dep);
      }
    }
  }

  #sameName(p: number, keep: boolean): void {
    const pool = this.#pool;
    const { providers, installed, name } = pool;
    const multi = this.#options.multiversion;
    if (installed[p] !== 0 && keep) return;
    for (let i = providers.of(name[p]!); providers.data[i] !== 0; i++) {
      const other = providers.data[i]!;
      if (other === p || name[other] !== name[p] || (installed[p] !== 0 && installed[other] === 0)) continue;
      if (multi?.[p] === 1 && (pool.evr[p] !== pool.evr[other] || pool.arch[p] !== pool.arch[other])) {
        if (installed[p] !== 0 || installed[other] === 0 || multi[other] === 1) continue;
      }
      if (!pool.sameColor(p, other)) continue;
      // The other one's visit made this rule already, unless it was exempt then.
      if (this.#visited?.[other] === 1 && installed[other] === 0 && multi?.[other] !== 1) continue;
      this.#sink('same-name', p, -p, -other, 0, 0);
    }
  }

  /** Builds of the same version for a better architecture have to be known, to keep both in step. */
  #queueOtherWordSizes(p: number): void {
    const pool = this.#pool;
    const score = pool.archScore[p]!;
    if (!pool.multilib || score <= NOARCH) return;
    const { providers, name, evr } = pool;
    for (let i = providers.of(name[p]!); providers.data[i] !== 0; i++) {
      const other = providers.data[i]!;
      if (name[other] !== name[p] || evr[other] !== evr[p]) continue;
      const otherScore = pool.archScore[other]!;
      if (otherScore > NOARCH && otherScore < score) this.#enqueue(other);
    }
  }

  #queuePossible(dep: number): void {
    const form = isComplex(this.#pool, dep) ? conjunctive(this.#pool, dep) : null;
    if (form === null) this.#queueList(this.#pool.providers.of(dep));
    else if (typeof form !== 'string') {
      for (const block of form) for (const literal of block) if (literal > 0) this.#enqueue(literal);
    }
  }

  #queueList(offset: number): void {
    const { data } = this.#pool.providers;
    for (let i = offset; data[i] !== 0; i++) this.#enqueue(data[i]!);
  }

  #enqueue(p: number): void {
    if (this.#visited !== null && this.#visited[p] === 0) this.#queue.push(p);
  }
}
