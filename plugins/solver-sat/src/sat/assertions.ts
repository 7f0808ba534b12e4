import { SYSTEM } from '../pool/columns.ts';
import type { SatState } from './state.ts';
import { uninstallInstead } from './uninstall.ts';
import { disableCause, giveUpWeak, recordProblem } from './unsolvable.ts';

/**
 * Decides all rules of one literal at level 1, the weak ones last. Contradictions among them become problems, whose causes are switched
 * off so that the rest can be decided. Returns false when there is a problem and `disableRules` is not set.
 */
export function decideAssertions(state: SatState, disableRules: boolean): boolean {
  for (;;) {
    state.reset();
    state.begin();
    const strong = decideAll(state, false);
    const contradiction = strong !== 0 ? strong : decideAll(state, true);
    if (contradiction === 0) return true;
    if (!giveWay(state, contradiction, disableRules)) return false;
  }
}

/** Returns the rule that contradicts an earlier one, 0 when there is none. */
function decideAll(state: SatState, weak: boolean): number {
  const { rules, assertions } = state;
  for (let i = 0; i < assertions.length; i++) {
    const rule = assertions.at(i);
    if (rules.disabled[rule] !== 0 || (state.weak[rule] === 1) !== weak) continue;
    const literal = rules.first[rule]!;
    if (state.isTrue(literal)) continue;
    if (!state.isFalse(literal)) state.decide(literal, 1, rule);
    else if (rule >= state.learntStart) rules.disabled[rule] = 1;
    else return rule;
  }
  return 0;
}

function giveWay(state: SatState, rule: number, disableRules: boolean): boolean {
  const { rules } = state;
  if (state.weak[rule] === 1) {
    giveUpWeak(state, rule);
    return true;
  }
  const literal = rules.first[rule]!;
  const opponent = Math.abs(literal) === SYSTEM ? 0 : opposing(state, literal);
  const proof = opponent === 0 ? [rule] : [rule, opponent];
  if (opponent >= state.packageRules.end) {
    // All policies and jobs about this package are in each other's way.
    for (let other = state.packageRules.end; other < state.learntStart; other++) {
      if (rules.disabled[other] !== 0 || !rules.isAssertion(other) || state.weak[other] === 1) continue;
      if (Math.abs(rules.first[other]!) === Math.abs(literal) && !proof.includes(other)) proof.push(other);
    }
  }
  if (uninstallInstead(state, proof)) return true;
  const causes = recordProblem(state, proof);
  if (!disableRules) return false;
  for (const cause of causes) disableCause(state, cause);
  return true;
}

/** The rule that decided against a literal; for a learnt one the rules behind it are found by the explanation. */
function opposing(state: SatState, literal: number): number {
  for (let i = 0; i < state.queue.length; i++) if (state.queue.at(i) === -literal) return state.why.at(i);
  return 0;
}

/** Collects the rules of one literal; called once, when all rules but learnt ones are made. */
export function indexAssertions(state: SatState): void {
  const { rules } = state;
  for (let rule = 1; rule < rules.count; rule++) if (rules.isAssertion(rule)) state.assertions.push(rule);
}
