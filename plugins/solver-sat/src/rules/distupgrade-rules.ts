import { namesakes } from '../pool/namesakes.ts';
import type { SatState } from '../sat/state.ts';
import { IntList } from '../util/int-list.ts';
import { mayStay } from './distupgrade.ts';

/** Forbids all packages that a `distupgrade` is about and that are not among those it leads to. */
export function addDistupgradeRules(state: SatState): void {
  const { pool, rules, visited } = state;
  const { distupgrade } = state.changes;
  state.distupgradeRules = { start: rules.count, end: rules.count };
  if (distupgrade === null) return;
  const { good, involved } = distupgrade;
  const indexOf = new Map(Array.from(pool.installedIds, (p, i) => [p, i]));
  const done = new Set<number>();
  for (const p of state.reached) {
    if (done.has(pool.name[p]!)) continue;
    done.add(pool.name[p]!);
    for (const other of namesakes(pool, p)) {
      if (visited[other] === 0 || involved[other] === 0 || good[other] === 1) continue;
      const index = indexOf.get(other);
      if (index === undefined) rules.add(-other, 0, 0);
      else if (pool.excluded[other] === 0) {
        const beside = state.sideUpdates.get(other);
        if (mayStay(pool, distupgrade, other) || isOrphan(state, index, false)) good[other] = 1;
        else if (beside !== undefined) rules.addLiterals(IntList.from([-other, ...beside]));
        else if (isOrphan(state, index, true)) good[other] = 1;
        else rules.add(-other, 0, 0);
      }
    }
  }
  state.distupgradeRules.end = rules.count;
}

/** Whether nothing can come in the place of an installed package; `alone` also when it may stay for that. */
function isOrphan(state: SatState, index: number, alone: boolean): boolean {
  const { rules } = state;
  const feature = state.featureRules.start + index;
  const update = state.updateRules.start + index;
  const rule = rules.first[update] === 0 ? feature : update;
  if (rules.first[rule] === 0) return true;
  if (!alone || !rules.isAssertion(rule)) return false;
  return rules.first[feature] === 0 || rules.isAssertion(feature);
}
