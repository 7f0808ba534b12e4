import { IntList } from '../util/int-list.ts';
import { propagate, watch } from './propagate.ts';
import type { SatState } from './state.ts';
import { analyzeUnsolvable } from './unsolvable.ts';

/**
 * Makes a free decision (`why` is the rule it serves or 0) and follows it. A conflict teaches a rule that takes the search back to the
 * level where that rule decides something (first unique implication point). Returns the new level: lower or equal when decisions were
 * taken back, 0 to begin anew, -1 when nothing can help.
 */
export function decideAndLearn(
  state: SatState,
  level: number,
  literal: number,
  disableRules: boolean,
  why: number,
  reason: number,
): number {
  let at = level + 1;
  state.decide(literal, at, -why);
  state.reasons.push(reason);
  for (;;) {
    const conflict = propagate(state, at);
    if (conflict === 0) return at;
    if (at === 1) return analyzeUnsolvable(state, conflict, disableRules);
    const rule = learn(state, at, conflict);
    at = state.reasons.length - 1;
    state.decide(state.rules.first[rule]!, at, rule);
  }
}

/** Learns a rule from a conflict and takes back decisions to the level where it has one literal left. Returns the rule. */
function learn(state: SatState, level: number, conflict: number): number {
  const { rules, queue, why, learntPool, seen } = state;
  const start = learntPool.length;
  const literals = new IntList();
  literals.push(0);
  let backTo = 1;
  /** Literals of this level, and of level 1, that are still to be explained. */
  let open = 0;
  let openFixed = 0;
  let index = queue.length;

  const explain = (rule: number) => {
    learntPool.push(rule);
    for (let i = 0, l = rules.literal(rule, 0); l !== 0; l = rules.literal(rule, ++i)) {
      const p = Math.abs(l);
      if (state.isTrue(l) || seen[p] !== 0) continue;
      seen[p] = 1;
      const at = Math.abs(state.level[p]!);
      if (at === 1) openFixed++;
      else if (at === level) open++;
      else {
        literals.push(l);
        if (at > backTo) backTo = at;
      }
    }
  };
  const next = (onlyFixed: boolean): number => {
    for (;;) {
      const literal = queue.at(--index);
      const p = Math.abs(literal);
      if (seen[p] === 0 || (onlyFixed && Math.abs(state.level[p]!) !== 1)) continue;
      seen[p] = 0;
      return literal;
    }
  };

  explain(conflict);
  for (; open > 1; open--) {
    next(false);
    explain(why.at(index));
  }
  literals.data[0] = -next(false);
  // What is fixed needs no literal, but belongs to the proof.
  for (; openFixed > 0; openFixed--) {
    next(true);
    if (why.at(index) > 0) explain(why.at(index));
  }
  for (let i = 1; i < literals.length; i++) seen[Math.abs(literals.at(i))] = 0;
  learntPool.push(0);
  state.learnt++;
  state.revert(backTo);
  const learnt = rules.addLiterals(literals);
  state.learntWhy.push(start);
  if (rules.watch2[learnt] === 0) state.assertions.push(learnt);
  else {
    watchHighest(state, learnt);
    watch(state, learnt);
  }
  return learnt;
}

/** Puts the second watch on the literal decided last, so that going back frees it first. */
function watchHighest(state: SatState, rule: number): void {
  const { rules } = state;
  const list = rules.tail[rule]!;
  if (list === 0) return;
  const { data } = rules.providers;
  let highest = 0;
  for (let i = list; data[i] !== 0; i++) {
    const at = Math.abs(state.level[Math.abs(data[i]!)]!);
    if (at <= highest) continue;
    rules.watch2[rule] = data[i]!;
    highest = at;
  }
}
