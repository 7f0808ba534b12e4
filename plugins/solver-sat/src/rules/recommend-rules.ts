import type { SatState } from '../sat/state.ts';
import { IntList } from '../util/int-list.ts';
import { conjunctive, isComplex } from './normal-form.ts';

/** Weak rules for what packages recommend that are not installed yet, without what jobs shun. */
export function addRecommendRules(state: SatState, weak: IntList): void {
  const { pool, rules, changes } = state;
  state.recommendRules = { start: rules.count, end: rules.count };
  const welcome = (p: number) => p < 0 || changes.favor === null || changes.favor[p]! >= 0;
  for (const p of changes.policies.strongRecommends ? state.reached : []) {
    const start = pool.lists.recommends[p]!;
    if (start === 0 || pool.installed[p] === 1) continue;
    for (let i = start; pool.deps[i] !== 0; i++) {
      for (const block of blocksOf(state, pool.deps[i]!)) {
        const kept = block.filter(welcome);
        if (block.includes(p) || !kept.some((literal) => literal > 0)) continue;
        weak.push(rules.addLiterals(IntList.from([-p, ...kept.filter((literal) => literal !== -p)])));
      }
    }
  }
  state.recommendRules.end = rules.count;
}

function blocksOf({ pool }: SatState, dep: number): number[][] {
  if (isComplex(pool, dep)) {
    const form = conjunctive(pool, dep);
    return typeof form === 'string' ? [] : form;
  }
  const { providers } = pool;
  const found: number[] = [];
  for (let i = providers.of(dep); providers.data[i] !== 0; i++) found.push(providers.data[i]!);
  return found.length === 0 || found[0] === 1 ? [] : [found];
}
