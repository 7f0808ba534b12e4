import { ANY_UPDATE } from '../policy/policies.ts';
import { type ObsoleterIndex, obsoletes, updatesOf } from '../policy/updates.ts';
import type { SatState } from '../sat/state.ts';
import { IntList } from '../util/int-list.ts';
import { mayStay } from './distupgrade.ts';

/**
 * For every installed package two rules, that it stays or something replaces it: a feature rule with everything that could, and an
 * update rule with what policies allow. Where both say the same the feature rule is a placeholder; otherwise it waits, switched off,
 * for the update rule to be. What no repository has any more has neither in a `distupgrade`.
 */
export function addUpdateRules(state: SatState, obsoleters: ObsoleterIndex, multiversion: Uint8Array | null): void {
  const { pool, rules, changes } = state;
  const { distupgrade, policies } = changes;
  const start = rules.count;
  const n = pool.installedIds.length;
  const involved = (p: number) => distupgrade?.involved[p] === 1;
  const keepsOrphan = (p: number) => policies.keepOrphans && changes.dropOrphan[p] === 0;
  for (const p of pool.installedIds) {
    const others = updatesOf(pool, p, ANY_UPDATE, obsoleters);
    const stays = (q: number) => pool.installed[q] === 0 || mayStay(pool, distupgrade!, q);
    if (involved(p) && !mayStay(pool, distupgrade!, p) && !others.some(stays)) rules.add(0, 0, 0);
    else rules.addLiterals(IntList.from([p, ...others]));
  }
  state.featureRules = { start, end: start + n };
  for (const [i, p] of pool.installedIds.entries()) {
    const feature = start + i;
    const fixed = pool.excluded[p] !== 0;
    if (!fixed && rules.first[feature] === 0) {
      state.orphans.push(p);
      rules.add(keepsOrphan(p) ? p : 0, 0, 0);
      continue;
    }
    const replaces = (q: number) =>
      multiversion?.[q] !== 1 ||
      (policies.multiversionObsoletes && obsoletes(pool, q, p)) ||
      (pool.name[q] === pool.name[p] && pool.evr[q] === pool.evr[p] && pool.arch[q] === pool.arch[p]);
    const policy = involved(p) ? policies.distupgrade : policies.update;
    const updates = fixed ? [] : updatesOf(pool, p, policy, obsoleters);
    let others = updates.filter(replaces);
    if (others.length < updates.length) {
      const orphan = others.length === 0 && involved(p) && !mayStay(pool, distupgrade!, p);
      if (orphan || changes.updateAll || changes.update[p] === 1) state.sideUpdates.set(p, updates);
      if (orphan) {
        state.orphans.push(p);
        // It may go once one of the others is there.
        if (!keepsOrphan(p)) others = updates;
      }
    }
    const rule = rules.addLiterals(IntList.from([p, ...others]));
    if (distupgrade?.everything !== true && rules.isAssertion(feature)) state.orphans.push(p);
    if (rules.compare(rule, feature) === 0) rules.clear(feature);
    else rules.disabled[feature] = 1;
  }
  state.updateRules = { start: start + n, end: start + 2 * n };
}

/** The rule that says what may come in the place of an installed package, by its index among them. */
export function replacementRule(state: SatState, index: number): number {
  const feature = state.featureRules.start + index;
  return state.rules.first[feature] === 0 ? state.updateRules.start + index : feature;
}
