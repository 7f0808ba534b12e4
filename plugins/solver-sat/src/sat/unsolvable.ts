import { disableChoiceRules } from '../rules/choice-rules.ts';
import { renewPolicies } from '../rules/policy-rules.ts';
import { inRange, type Range, type SatState } from './state.ts';
import { uninstallInstead } from './uninstall.ts';

/**
 * A conflict without any free decision: collects the proof. A weak rule in it is switched off and the search begins anew (0). Without
 * one the problem is recorded; then its causes are switched off, so that the rest can still be looked at, or the search ends (-1).
 */
export function analyzeUnsolvable(state: SatState, conflict: number, disableRules: boolean): number {
  const { rules, queue, why } = state;
  const involved = new Uint8Array(state.pool.count);
  const seenLearnt = new Set<number>();
  const proof: number[] = [];
  const involve = (rule: number) => {
    collect(state, rule, seenLearnt, proof);
    for (let i = 0, l = rules.literal(rule, 0); l !== 0; l = rules.literal(rule, ++i)) {
      if (state.isFalse(l)) involved[Math.abs(l)] = 1;
    }
  };
  involve(conflict);
  for (let index = queue.length - 1; index >= 0; index--) {
    if (involved[Math.abs(queue.at(index))] !== 0 && why.at(index) > 0) involve(why.at(index));
  }
  return settle(state, proof, disableRules);
}

/** Ends or goes on after a contradiction whose rules are known; see {@link analyzeUnsolvable}. */
function settle(state: SatState, proof: readonly number[], disableRules: boolean): number {
  let lastWeak = 0;
  for (const rule of proof) if (state.weak[rule] === 1 && rule > lastWeak) lastWeak = rule;
  if (lastWeak !== 0) {
    if (inRange(state.choiceRules, lastWeak)) disableChoiceRules(state, lastWeak);
    else if (inRange(state.recommendRules, lastWeak)) disableRecommendations(state, proof);
    else giveUpWeak(state, lastWeak);
    state.reset();
    return 0;
  }
  if (uninstallInstead(state, proof)) {
    state.reset();
    return 0;
  }
  const causes = recordProblem(state, proof);
  if (!disableRules || causes.length === 0) return -1;
  for (const cause of causes) disableCause(state, cause);
  state.reset();
  return 0;
}

/** Switches off a weak rule, with the job behind it; then policies that only this job broke hold again. */
export function giveUpWeak(state: SatState, rule: number): void {
  const cause = causeOf(state, rule);
  disableCause(state, cause);
  if (inRange(state.jobRules, cause)) renewPolicies(state);
}

/** One recommendation that leads to another shall not stay without it: all of the proof give way together. */
function disableRecommendations(state: SatState, proof: readonly number[]): void {
  for (const rule of proof) if (inRange(state.recommendRules, rule)) state.rules.disabled[rule] = 1;
}

/** Adds a problem to the list; returns its causes. */
export function recordProblem(state: SatState, proof: readonly number[]): number[] {
  const causes = new Set<number>();
  for (const rule of proof) if (rule >= state.packageRules.end) causes.add(causeOf(state, rule));
  const problem = { causes: [...causes], proof: [...new Set(proof)] };
  state.problems.push(problem);
  return problem.causes;
}

/** The rule that stands for all rules of the same cause: the first rule of a job or of the packages of one name. */
function causeOf(state: SatState, rule: number): number {
  if (inRange(state.jobRules, rule)) return firstOfJob(state, rule);
  if (inRange(state.bestRules, rule)) {
    const sharpened = state.bestOf.at(rule - state.bestRules.start);
    return sharpened > 0 ? firstOfJob(state, sharpened) : rule;
  }
  const group = namedRange(state, rule);
  if (group === null) return rule;
  let first = rule;
  while (first > group.start && nameOf(state, first - 1) === nameOf(state, rule)) first--;
  return first;
}

/** The range of a rule that is about all packages of its name. */
function namedRange(state: SatState, rule: number): Range | null {
  const ranges = [state.inferiorArchRules, state.distupgradeRules];
  return ranges.find((range) => inRange(range, rule)) ?? null;
}

function firstOfJob(state: SatState, rule: number): number {
  const job = state.jobOf.at(rule - state.jobRules.start);
  let first = rule;
  while (first > state.jobRules.start && state.jobOf.at(first - 1 - state.jobRules.start) === job) first--;
  return first;
}

function nameOf(state: SatState, rule: number): number {
  return state.pool.name[Math.abs(state.rules.first[rule]!)]!;
}

/** Switches off all rules of a cause. */
export function disableCause(state: SatState, cause: number): void {
  const { disabled } = state.rules;
  if (inRange(state.jobRules, cause)) {
    const job = state.jobOf.at(cause - state.jobRules.start);
    for (let rule = state.jobRules.start; rule < state.jobRules.end; rule++) {
      if (state.jobOf.at(rule - state.jobRules.start) === job) disabled[rule] = 1;
    }
    for (let rule = state.bestRules.start; rule < state.bestRules.end; rule++) {
      const sharpened = state.bestOf.at(rule - state.bestRules.start);
      if (sharpened > 0 && state.jobOf.at(sharpened - state.jobRules.start) === job) disabled[rule] = 1;
    }
    return;
  }
  const group = namedRange(state, cause);
  if (group !== null) {
    const name = nameOf(state, cause);
    for (let rule = cause; rule < group.end && nameOf(state, rule) === name; rule++) disabled[rule] = 1;
    return;
  }
  disabled[cause] = 1;
}

/** Adds a rule to a proof; a learnt one is replaced by what it was learnt from. */
function collect(state: SatState, rule: number, seenLearnt: Set<number>, proof: number[]): void {
  const pending = [rule];
  for (let r = pending.pop(); r !== undefined; r = pending.pop()) {
    if (r < state.learntStart) {
      proof.push(r);
      continue;
    }
    if (seenLearnt.has(r)) continue;
    seenLearnt.add(r);
    for (let i = state.learntWhy.at(r - state.learntStart); state.learntPool.at(i) !== 0; i++) {
      pending.push(state.learntPool.at(i));
    }
  }
}
