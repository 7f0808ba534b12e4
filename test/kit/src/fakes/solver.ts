import {
  evrOf,
  type HostError,
  type Intent,
  identityAt,
  nevraOf,
  type PackageReason,
  type Relation,
  type SolveRequest,
  type Solver,
  type TableEntry,
} from '@ostrata/core';
import { kitError } from '../errors.ts';

type Chosen = Map<string, TableEntry & { readonly reason: PackageReason }>;

/** A solver by backtracking: the best version first. Good for tables of a few dozen packages; knows no rich dependencies. */
export function fakeSolver(): Solver {
  return {
    async solve(request, ctx) {
      ctx.signal.throwIfAborted();
      const search = new Search(request);
      const { install } = request.intent;
      const wanted = [...install, ...request.intent.replace].flatMap(({ spec }) => search.expand(spec));
      const removed = search.installedNamed(request.intent.remove);
      const chosen = search.solve(wanted, new Map());
      if (chosen === null) throw unsolvable(search.reasons);
      return { install: ordered(chosen, search), remove: [...removed, ...search.superseded(chosen)], skipped: [] };
    },
  };
}

class Search {
  readonly reasons: string[] = [];
  readonly #request: SolveRequest;
  readonly #intent: Intent;
  readonly #all: readonly TableEntry[];

  constructor(request: SolveRequest) {
    this.#request = request;
    this.#intent = request.intent;
    this.#all = request.available.flatMap((table) =>
      Array.from({ length: table.count }, (_, index) => ({ table, index })),
    );
  }

  /** `@group` as the names of its packages. */
  expand(spec: string): Relation[] {
    if (!spec.startsWith('@')) return [{ name: spec }];
    const group = this.#request.available.flatMap((table) => table.groups).find(({ id }) => id === spec.slice(1));
    if (group === undefined) throw unsolvable([`no source has a group ${spec}`]);
    return group.packages
      .filter(({ type }) => type === 'mandatory' || type === 'default')
      .map(({ name }) => ({ name }));
  }

  solve(todo: readonly Relation[], chosen: Chosen, reason: PackageReason = 'requested'): Chosen | null {
    const [first, ...rest] = todo;
    if (first === undefined) return chosen;
    const present =
      [...chosen.values()].some((entry) => this.provides(entry, first)) || this.#isInstalled(first, chosen);
    if (present) return this.solve(rest, chosen, reason);
    const candidates = this.#candidates(first);
    if (candidates.length === 0) this.reasons.push(`nothing provides ${relationText(first)}`);
    for (const candidate of candidates) {
      const name = candidate.table.name(candidate.index);
      const clash = this.#clash(candidate, chosen);
      if (clash !== null) {
        this.reasons.push(clash);
        continue;
      }
      const next: Chosen = new Map(chosen).set(name, { ...candidate, reason });
      const requires = candidate.table.relations(candidate.index, 'requires');
      const withNeeds = this.solve(requires, next, 'dependency');
      const done = withNeeds === null ? null : this.solve(rest, this.#withWeak(candidate, withNeeds), reason);
      if (done !== null) return done;
    }
    return null;
  }

  provides({ table, index }: TableEntry, wanted: Relation): boolean {
    if (wanted.name.startsWith('/') && table.files(index).includes(wanted.name)) return true;
    return table
      .relations(index, 'provides')
      .some((offer) => offer.name === wanted.name && this.#satisfies(offer, wanted));
  }

  installedNamed(names: readonly string[]): TableEntry[] {
    return this.#installed().filter(({ table, index }) => names.includes(table.name(index)));
  }

  /** Installed packages whose place a chosen one takes. */
  superseded(chosen: Chosen): TableEntry[] {
    return this.#installed().filter(({ table, index }) => chosen.has(table.name(index)));
  }

  #withWeak(candidate: TableEntry, chosen: Chosen): Chosen {
    if (!this.#intent.weak) return chosen;
    const known = this.reasons.length;
    const withWeak = candidate.table
      .relations(candidate.index, 'recommends')
      .reduce((sum, weak) => this.solve([weak], sum, 'weak') ?? sum, chosen);
    this.reasons.length = known;
    return withWeak;
  }

  #isInstalled(wanted: Relation, chosen: Chosen): boolean {
    const replaced = this.#intent.replace.some(({ spec }) => spec === wanted.name);
    return (
      !replaced &&
      this.#installed().some(
        (entry) =>
          !chosen.has(entry.table.name(entry.index)) &&
          !this.#intent.remove.includes(entry.table.name(entry.index)) &&
          this.provides(entry, wanted),
      )
    );
  }

  #installed(): TableEntry[] {
    const table = this.#request.installed;
    return table === null ? [] : Array.from({ length: table.count }, (_, index) => ({ table, index }));
  }

  #candidates(wanted: Relation): TableEntry[] {
    const found = this.#all.filter((entry) => this.provides(entry, wanted) && this.#allowed(entry));
    const evr = ({ table, index }: TableEntry) => evrOf(identityAt(table, index));
    return found.sort(
      (a, b) =>
        Number(b.table.name(b.index) === wanted.name) - Number(a.table.name(a.index) === wanted.name) ||
        a.table.priority - b.table.priority ||
        this.#request.compare(evr(b), evr(a)),
    );
  }

  #allowed({ table, index }: TableEntry): boolean {
    const { exclude, pins, strictPins, pinnedOnlySources, arch } = this.#intent;
    const identity = identityAt(table, index);
    const pinned = pins.filter((pin) => pin.name === identity.name);
    const held = pinned.some((pin) => pin.evr === evrOf(identity) && (pin.arch === null || pin.arch === identity.arch));
    if (exclude.includes(identity.name) || (identity.arch !== 'noarch' && identity.arch !== arch)) return false;
    return held || (pinned.length === 0 && !strictPins && !pinnedOnlySources.includes(table.source));
  }

  #clash(candidate: TableEntry, chosen: Chosen): string | null {
    const name = nevraOf(identityAt(candidate.table, candidate.index));
    for (const other of chosen.values()) {
      const otherName = nevraOf(identityAt(other.table, other.index));
      if (other.table.name(other.index) === candidate.table.name(candidate.index))
        return `${name} and ${otherName} are the same package`;
      if (this.#conflicts(candidate, other) || this.#conflicts(other, candidate))
        return `${name} conflicts with ${otherName}`;
    }
    return null;
  }

  #conflicts(a: TableEntry, b: TableEntry): boolean {
    return a.table.relations(a.index, 'conflicts').some((conflict) => this.provides(b, conflict));
  }

  #satisfies(offer: Relation, wanted: Relation): boolean {
    if (wanted.compare === undefined || wanted.evr === undefined || offer.evr === undefined) return true;
    const order = this.#request.compare(offer.evr, wanted.evr);
    if (order === 0) return wanted.compare.includes('=');
    return wanted.compare.includes(order < 0 ? '<' : '>');
  }
}

/** Requirements first; within a circle by name. */
function ordered(chosen: Chosen, search: Search): (TableEntry & { readonly reason: PackageReason })[] {
  const result = new Set<TableEntry & { readonly reason: PackageReason }>();
  const visiting = new Set<TableEntry>();
  const entries = [...chosen.values()].sort((a, b) => (a.table.name(a.index) < b.table.name(b.index) ? -1 : 1));
  const visit = (entry: TableEntry & { readonly reason: PackageReason }) => {
    if (result.has(entry) || visiting.has(entry)) return;
    visiting.add(entry);
    for (const wanted of entry.table.relations(entry.index, 'requires')) {
      for (const other of entries) if (other !== entry && search.provides(other, wanted)) visit(other);
    }
    result.add(entry);
  };
  for (const entry of entries) visit(entry);
  return [...result];
}

function unsolvable(reasons: readonly string[]): HostError {
  const unique = [...new Set(reasons)];
  return kitError('FAKE_UNSOLVABLE', `The packages cannot be installed together: ${unique.join('; ')}.`, {
    hint: 'Ask for other packages.',
    problems: unique.map((reason) => kitError('FAKE_UNSOLVABLE', reason)),
  });
}

function relationText({ name, compare, evr }: Relation): string {
  return compare === undefined ? name : `${name} ${compare} ${evr}`;
}
