import { BECAUSE_JOB, type SatState } from '../sat/state.ts';
import { IntList } from '../util/int-list.ts';
import { installBest } from './choose.ts';

/** Fulfils the rules of jobs in order, before it is known what stays installed or after that. Returns the level; lower than given when decisions of before were taken back. */
export function resolveJobs(state: SatState, from: number, beforeInstalled: boolean): number {
  const { rules, pool } = state;
  const candidates = new IntList();
  let level = from;
  for (let rule = state.jobRules.start; rule < state.jobRules.end; rule++) {
    if (rules.disabled[rule] !== 0 || !undecided(state, rule, candidates)) continue;
    if (candidates.length > 1 && !updatesOne(state, candidates)) {
      const installed = candidates.toArray().filter((p) => pool.installed[p] === 1);
      if (installed.length > 0) candidates.replaceFrom(0, installed);
    }
    const before = level;
    level = installBest(state, level, candidates, rule, BECAUSE_JOB, beforeInstalled);
    if (level > before) continue;
    if (level < from) return level;
    // Something was learnt: try this rule again, or all of them when earlier decisions fell.
    rule = level === before ? rule - 1 : state.jobRules.start - 1;
  }
  return level;
}

/** Whether one of the candidates may be updated: then it need not stay for a job's sake. */
function updatesOne({ changes }: SatState, candidates: IntList): boolean {
  if (changes.policies.installUpdates) return true;
  return changes.updateAll || candidates.toArray().some((p) => changes.update[p] === 1);
}

/** Collects the open positive literals of a rule; false when the rule is fulfilled or has none. */
export function undecided(state: SatState, rule: number, candidates: IntList): boolean {
  const { rules, level } = state;
  candidates.clear();
  for (let i = 0, l = rules.literal(rule, 0); l !== 0; l = rules.literal(rule, ++i)) {
    if (l < 0) {
      if (level[-l]! <= 0) return false;
      continue;
    }
    if (level[l]! > 0) return false;
    if (level[l] === 0) candidates.push(l);
  }
  return candidates.length > 0;
}
