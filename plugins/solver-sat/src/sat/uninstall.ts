import type { Job } from '../rules/job.ts';
import { inRange, type SatState } from './state.ts';

/**
 * Solves a contradiction by giving up an installed package that may go: the one of the last rule whose update could be forced, else of
 * the last rule. Returns whether there was one.
 */
export function uninstallInstead(state: SatState, proof: readonly number[]): boolean {
  const { changes, rules, pool } = state;
  const { policies } = changes;
  let free = 0;
  let bound = 0;
  for (const rule of proof) {
    if (!inRange(state.updateRules, rule)) continue;
    const index = rule - state.updateRules.start;
    const p = pool.installedIds[index]!;
    if (!policies.uninstall && changes.mayGo[p] === 0) continue;
    if (pool.excluded[p] !== 0 || hasBestRule(state, proof, p)) continue;
    if (rules.first[state.featureRules.start + index] !== 0) {
      free = Math.max(free, rule);
      continue;
    }
    bound = Math.max(bound, rule);
    if (policies.keepOrphans && rules.isAssertion(rule) && rules.first[rule] === p) {
      bound = rule;
      free = 0;
      break;
    }
  }
  const given = free !== 0 ? free : bound;
  if (given === 0) return false;
  rules.disabled[given] = 1;
  const asked = proof.filter((rule) => inRange(state.jobRules, rule)).map((rule) => jobOf(state, rule));
  if (asked.length > 0 && asked.every((job) => job.cleandeps === true)) {
    state.givenUp.add(pool.installedIds[given - state.updateRules.start]!);
  }
  return true;
}

function jobOf({ jobs, jobOf: owners, jobRules }: SatState, rule: number): Job {
  return jobs[owners.at(rule - jobRules.start)]!;
}

function hasBestRule(state: SatState, proof: readonly number[], p: number): boolean {
  return proof.some((rule) => inRange(state.bestRules, rule) && state.bestOf.at(rule - state.bestRules.start) === -p);
}
