import { filterCandidates } from '../policy/filter.ts';
import type { SatState } from '../sat/state.ts';
import { IntList } from '../util/int-list.ts';
import type { Job } from './job.ts';

/**
 * Sharpens the rules of jobs that want the best package, and of installed packages whose best update is wanted, to the best of their
 * candidates. Locked packages count as if they were the best (installed) or not there.
 */
export function addBestRules(state: SatState, jobs: readonly Job[], weak: IntList): void {
  const { rules, jobRules } = state;
  state.bestRules = { start: rules.count, end: rules.count };
  const locked = lockedPackages(state, jobs);
  for (let rule = jobRules.start; rule < jobRules.end; rule++) {
    const job = jobs[state.jobOf.at(rule - jobRules.start)]!;
    if (job.kind !== 'install' || !job.best) continue;
    const literals = rules.literals(rule);
    const candidates = literals.filter((literal) => literal > 0);
    const best = bestOf(state, candidates);
    if (best.length === 0 || best.length === candidates.length) continue;
    const allowed = withLocked(state, locked, candidates, best, bestOf);
    const sharpened = rules.addLiterals(IntList.from([...literals.filter((literal) => literal < 0), ...allowed]));
    state.bestOf.push(rule);
    if (job.weak) weak.push(sharpened);
  }
  for (const [i, p] of state.pool.installedIds.entries()) {
    if (state.changes.update[p] === 1 && state.changes.best[p] === 1) addBestUpdate(state, i, p, locked);
  }
  state.bestRules.end = rules.count;
}

function addBestUpdate(state: SatState, index: number, p: number, locked: ReadonlySet<number>): void {
  const { rules, changes, featureRules, updateRules } = state;
  const { policies } = changes;
  const feature = featureRules.start + index;
  const update = updateRules.start + index;
  const widest = rules.first[feature] === 0 ? update : feature;
  const rule = policies.bestObeysPolicy ? update : widest;
  const beside = rule === update ? state.sideUpdates.get(p) : undefined;
  const own = rules.first[rule] === p ? [p] : [];
  const candidates = beside === undefined ? rules.literals(rule) : [...own, ...beside];
  const bestFor = (_state: SatState, list: readonly number[]) => bestUpdates(state, p, list);
  const best = bestFor(state, candidates);
  if (best.length === 0) return;
  const allowed = new Set(withLocked(state, locked, candidates, best, bestFor));
  if (policies.bestObeysPolicy && rules.first[feature] !== 0) {
    for (const q of bestFor(state, rules.literals(feature))) allowed.add(q);
    const unlocked = rules.literals(feature).filter((q) => state.pool.installed[q] === 1 || !locked.has(q));
    if (locked.size > 0) for (const q of bestFor(state, unlocked)) allowed.add(q);
  }
  if (!policies.uninstall && changes.mayGo[p] === 0) {
    rules.addLiterals(IntList.from([...allowed]));
    state.bestOf.push(-p);
    return;
  }
  // What may go need not be updated: then only the others are forbidden.
  for (const q of rules.literals(widest)) {
    if (allowed.has(q)) continue;
    rules.addLiterals(IntList.from([-q, ...allowed]));
    state.bestOf.push(-p);
  }
}

function bestUpdates(state: SatState, p: number, list: readonly number[]): number[] {
  const { targets, distupgrade } = state.changes;
  const wanted = targets.get(p);
  let kept = list.filter((q) => wanted === undefined || wanted.has(q));
  if (distupgrade !== null && !distupgrade.everything && distupgrade.involved[p] === 1) {
    kept = kept.filter((q) => distupgrade.good[q] === 1);
  }
  return bestOf(state, kept);
}

function bestOf(state: SatState, list: readonly number[]): number[] {
  const best = IntList.from(list);
  filterCandidates(state, best, 'recommend');
  return best.toArray();
}

/** The best ones, locked installed ones, and the best ones that are not locked. */
function withLocked(
  state: SatState,
  locked: ReadonlySet<number>,
  candidates: readonly number[],
  best: readonly number[],
  choose: (state: SatState, list: readonly number[]) => number[],
): number[] {
  if (locked.size === 0) return [...best];
  const { installed } = state.pool;
  const kept = candidates.filter((p) => installed[p] === 1 && locked.has(p));
  const free = candidates.filter((p) => installed[p] === 1 || !locked.has(p));
  return [...new Set([...best, ...kept, ...choose(state, free)])];
}

function lockedPackages(state: SatState, jobs: readonly Job[]): Set<number> {
  const locked = new Set<number>();
  for (let rule = state.jobRules.start; rule < state.jobRules.end; rule++) {
    if (jobs[state.jobOf.at(rule - state.jobRules.start)]!.kind === 'lock')
      locked.add(Math.abs(state.rules.first[rule]!));
  }
  return locked;
}
