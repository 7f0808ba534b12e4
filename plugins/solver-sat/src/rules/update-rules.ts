import { ANY_UPDATE, type ObsoleterIndex, SAFE_UPDATE, updatesOf } from '../policy/updates.ts';
import type { SatState } from '../sat/state.ts';
import { IntList } from '../util/int-list.ts';

/**
 * For every installed package two rules, that it stays or something replaces it: a feature rule with everything that could, and an
 * update rule without downgrades and changes of architecture. Where both say the same the feature rule is a placeholder; otherwise it
 * waits, switched off, for the update rule to be.
 */
export function addUpdateRules(state: SatState, obsoleters: ObsoleterIndex, multiversion: Uint8Array | null): void {
  const { pool, rules } = state;
  const start = rules.count;
  const n = pool.installedIds.length;
  for (const p of pool.installedIds) {
    rules.addLiterals(IntList.from([p, ...updatesOf(pool, p, ANY_UPDATE, obsoleters)]));
  }
  state.featureRules = { start, end: start + n };
  for (const [i, p] of pool.installedIds.entries()) {
    const replacements = updatesOf(pool, p, SAFE_UPDATE, obsoleters).filter((other) => multiversion?.[other] !== 1);
    const rule = rules.addLiterals(IntList.from([p, ...replacements]));
    if (rules.compare(rule, start + i) === 0) rules.clear(start + i);
    else rules.disabled[start + i] = 1;
  }
  state.updateRules = { start: start + n, end: start + 2 * n };
}

/** The rule that says what may come in the place of an installed package, by its index among them. */
export function replacementRule(state: SatState, index: number): number {
  const feature = state.featureRules.start + index;
  return state.rules.first[feature] === 0 ? state.updateRules.start + index : feature;
}
