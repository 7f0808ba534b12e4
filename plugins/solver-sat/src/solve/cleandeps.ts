import { filterCandidates } from '../policy/filter.ts';
import { isPossible } from '../policy/fulfilled.ts';
import { obsoletes } from '../policy/updates.ts';
import { SYSTEM } from '../pool/columns.ts';
import { NAMESPACE } from '../pool/namespace.ts';
import type { Pool } from '../pool/pool.ts';
import { AND, OR } from '../pool/relations.ts';
import type { Job } from '../rules/job.ts';
import { renewPolicies } from '../rules/policy-rules.ts';
import { replacementRule } from '../rules/update-rules.ts';
import { decideAndLearn } from '../sat/learn.ts';
import { BECAUSE_INSTALLED, type SatState } from '../sat/state.ts';
import { IntList } from '../util/int-list.ts';

/**
 * Marks the installed packages that only packages need which jobs with `cleandeps` remove or update; null when there is no such job.
 * What else is installed needs its dependencies and recommendations.
 */
export function unneededPackages(state: SatState, jobs: readonly Job[]): Uint8Array | null {
  const { pool, changes } = state;
  const changed = new Set([...changes.cleandeps, ...state.givenUp]);
  for (const job of jobs) {
    if (job.cleandeps !== true || (job.kind !== 'install' && job.kind !== 'erase')) continue;
    const candidates = job.candidates.flat().filter((p) => p > 0);
    for (const old of pool.installedIds) {
      const replaced = (p: number) => pool.name[p] === pool.name[old] || obsoletes(pool, p, old);
      const gone = job.kind === 'erase' ? candidates.includes(old) : candidates.some(replaced);
      if (gone) changed.add(old);
    }
  }
  const languages = leavingSupplements(pool, jobs);
  if (changed.size === 0 && languages.size === 0) return null;
  const candidatesOf = (kind: Job['kind']) =>
    jobs.filter((job) => job.kind === kind).flatMap((job) => job.candidates.flat().filter((p) => p > 0));
  const coming = candidatesOf('install');
  const there = installedMarks(pool);
  const reached = takeAway(pool, there, changed, new Set([...coming, ...candidatesOf('keep')]), languages);
  giveBack(pool, there, changed, coming);
  const marks = new Uint8Array(pool.count);
  for (const p of reached) if (there[p] === 0) marks[p] = 1;
  return marks;
}

function installedMarks(pool: Pool): Uint8Array {
  const marks = Uint8Array.from(pool.installed);
  marks[SYSTEM] = 1;
  return marks;
}

/** Unmarks what leaves, what it needs, and what supplements nothing any more; not what somebody asked for. Returns what followed others. */
function takeAway(
  pool: Pool,
  there: Uint8Array,
  changed: ReadonlySet<number>,
  asked: Set<number>,
  leaving: ReadonlySet<number>,
): ReadonlySet<number> {
  const before = there.slice();
  const queue = [...changed];
  const reached = new Set<number>();
  const follow = (p: number) => {
    reached.add(p);
    queue.push(p);
  };
  for (let head = 0; ; head++) {
    if (head === queue.length) withoutPurpose(pool, there, before, asked, leaving).forEach(follow);
    if (head === queue.length) return reached;
    const p = queue[head]!;
    if (there[p] === 0 || (asked.has(p) && !changed.has(p))) continue;
    there[p] = 0;
    for (const q of neededBy(pool, p, false)) if (!reached.has(q) && !asked.has(q)) follow(q);
  }
}

/** Packages that supplemented something that left. What they supplement besides stays: it is added to `asked`. */
function withoutPurpose(
  pool: Pool,
  there: Uint8Array,
  before: Uint8Array,
  asked: Set<number>,
  leaving: ReadonlySet<number>,
): number[] {
  const found: number[] = [];
  for (const p of pool.installedIds) {
    const deps = dependencies(pool, pool.lists.supplements[p]!);
    if (deps.length === 0 || there[p] === 0 || asked.has(p)) continue;
    if (deps.some((dep) => isPossible(pool, there, dep))) continue;
    for (const dep of deps) {
      if (!leaving.has(dep) && !isPossible(pool, before, dep)) continue;
      for (const q of providersOf(pool, dep)) if (there[q] === 1) asked.add(q);
      found.push(p);
    }
  }
  return found;
}

/** Marks again what packages that stay or come need, and what supplements them. */
function giveBack(pool: Pool, there: Uint8Array, changed: ReadonlySet<number>, coming: readonly number[]): void {
  for (const p of changed) there[p] = 0;
  const queue = [...Array.from(pool.installedIds).filter((p) => there[p] === 1), ...coming];
  const add = (q: number) => {
    if (there[q] === 1 || changed.has(q)) return;
    there[q] = 1;
    queue.push(q);
  };
  for (let head = 0; ; head++) {
    if (head === queue.length) {
      for (const p of pool.installedIds) {
        if (dependencies(pool, pool.lists.supplements[p]!).some((dep) => isPossible(pool, there, dep))) add(p);
      }
    }
    if (head === queue.length) return;
    for (const q of neededBy(pool, queue[head]!, true)) add(q);
  }
}

/** What installed packages supplement because of properties of the machine that jobs with `cleandeps` remove. */
function leavingSupplements(pool: Pool, jobs: readonly Job[]): Set<number> {
  const asked = jobs.flatMap((job) => (job.kind === 'erase' && job.cleandeps === true ? (job.namespace ?? []) : []));
  const found = new Set<number>();
  if (asked.length === 0) return found;
  const { relations, providers } = pool;
  const there = installedMarks(pool);
  const holds = (dep: number, removed: readonly number[]): boolean => {
    const operator = dep < 0 ? relations.operator(dep) : 0;
    const left = () => holds(relations.left(dep), removed);
    const right = () => holds(relations.right(dep), removed);
    if (operator === AND) return left() && right();
    if (operator === OR) return left() || right();
    if (operator === NAMESPACE && removed.some((one) => one === dep || one === relations.left(dep))) return true;
    for (let i = providers.of(dep); providers.data[i] !== 0; i++) if (there[providers.data[i]!] === 1) return true;
    return false;
  };
  // What the machine still has is not removed.
  const gone = asked.filter((one) => one > 0 || !holds(one, []));
  for (const p of pool.installedIds) {
    for (const dep of dependencies(pool, pool.lists.supplements[p]!)) {
      if (dep < 0 && holds(dep, gone) && !holds(dep, [])) found.add(dep);
    }
  }
  return found;
}

function dependencies(pool: Pool, list: number): number[] {
  const found: number[] = [];
  if (list !== 0) for (let i = list; pool.deps[i] !== 0; i++) found.push(pool.deps[i]!);
  return found;
}

function providersOf(pool: Pool, dep: number): number[] {
  const { providers } = pool;
  const found: number[] = [];
  for (let i = providers.of(dep); providers.data[i] !== 0; i++) found.push(providers.data[i]!);
  return found;
}

/** Installed packages that a package requires or recommends, rich dependencies in all their parts; on demand without what it provides itself. */
function neededBy(pool: Pool, p: number, unlessItself: boolean): number[] {
  const { requires, recommends } = pool.lists;
  return [...dependencies(pool, requires[p]!), ...dependencies(pool, recommends[p]!)].flatMap((dep) => {
    const found = providersOf(pool, dep);
    if (unlessItself && found.includes(p)) return [];
    return found.filter((q) => q !== p && pool.installed[q] === 1);
  });
}

/** For an open requirement: what would go but fulfils it stays, updated where that was asked for. */
export function preferUnneeded(state: SatState, candidates: IntList): void {
  const { unneeded, changes, pool } = state;
  if (unneeded === null) return;
  const spared = candidates.toArray().filter((p) => unneeded[p] === 1);
  if (spared.length === 0) return;
  const updated = (p: number) => changes.updateAll || changes.update[p] === 1;
  const kept = spared.find((p) => !updated(p));
  if (kept !== undefined) {
    candidates.replaceFrom(0, [kept]);
    return;
  }
  const replacements = new Set<number>();
  for (const p of spared) {
    const targets = changes.targets.get(p);
    const rule = replacementRuleOf(state, pool.installedIds.indexOf(p));
    const open = state.rules.literals(rule).filter((q) => state.level[q]! >= 0 && (targets?.has(q) ?? true));
    const best = IntList.from(open);
    filterCandidates(state, best, 'choose');
    if (best.length > 0) replacements.add(best.at(0));
  }
  const left = candidates.toArray().filter((p) => replacements.has(p));
  if (left.length > 0) candidates.replaceFrom(0, left);
}

function replacementRuleOf(state: SatState, index: number): number {
  const update = state.updateRules.start + index;
  return state.rules.first[update] === 0 ? replacementRule(state, index) : update;
}

/** Removes what is unneeded and undecided. `again`: dependencies have to be looked at again. */
export function resolveUnneeded(state: SatState, from: number): { level: number; again: boolean } {
  const { pool, unneeded } = state;
  let level = from;
  if (unneeded === null) return { level, again: false };
  for (const p of pool.installedIds) {
    if (state.level[p] !== 0 || unneeded[p] === 0) continue;
    const before = level;
    level = decideAndLearn(state, level, -p, false, 0, BECAUSE_INSTALLED);
    if (level < before) return { level, again: true };
  }
  return { level, again: false };
}

/** Takes marks back from packages that went although something that stays needs them. Returns whether there were any. */
export function spareMistakes(state: SatState): boolean {
  const { pool, unneeded } = state;
  if (unneeded === null) return false;
  let found = false;
  for (const p of pool.installedIds) {
    if (state.level[p]! <= 0) continue;
    for (const q of neededBy(pool, p, false)) {
      if (unneeded[q] === 0 || state.level[q]! > 0 || replacedAnyway(state, q)) continue;
      unneeded[q] = 0;
      found = true;
    }
  }
  if (found) renewPolicies(state);
  return found;
}

/** Whether an update of a package came. */
function replacedAnyway({ pool, level }: SatState, p: number): boolean {
  const { providers, name } = pool;
  for (let i = providers.of(name[p]!); providers.data[i] !== 0; i++) {
    const other = providers.data[i]!;
    if (name[other] === name[p] && level[other]! > 0) return true;
  }
  return false;
}
