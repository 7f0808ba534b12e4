import { filterCandidates } from '../policy/filter.ts';
import type { SatState } from '../sat/state.ts';
import { IntList } from '../util/int-list.ts';
import type { Job } from './job.ts';

/** Sharpens the rules of jobs that want the best package to the best of their candidates. */
export function addBestRules(state: SatState, jobs: readonly Job[], weak: IntList): void {
  const { rules, jobRules } = state;
  state.bestRules = { start: rules.count, end: rules.count };
  for (let rule = jobRules.start; rule < jobRules.end; rule++) {
    const job = jobs[state.jobOf.at(rule - jobRules.start)]!;
    if (job.kind !== 'install' || !job.best) continue;
    const literals = rules.literals(rule).filter((literal) => literal > 0);
    const best = IntList.from(literals);
    filterCandidates(state, best, 'recommend');
    if (best.length === 0 || best.length === literals.length) continue;
    const sharpened = rules.addLiterals(best);
    state.bestOf.push(rule);
    if (job.weak) weak.push(sharpened);
  }
  state.bestRules.end = rules.count;
}
