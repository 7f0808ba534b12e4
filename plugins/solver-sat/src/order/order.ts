import type { Pool } from '../pool/pool.ts';
import { AND, ELSE, IF, OR, UNLESS, WITH, WITHOUT } from '../pool/relations.ts';
import { components } from './components.ts';
import { type Edges, PRE, REQUIRED, unroll, WEAK } from './unroll.ts';

/**
 * Orders packages for installation: requirements first. In circles those edges are broken first that weigh least: recommendations, then
 * plain requirements; requirements of scripts that run before or right after installation last. Among equals the pool's order counts.
 */
export function installationOrder(pool: Pool, chosen: readonly number[]): number[] {
  const edges = edgesOf(pool, chosen);
  const order: number[] = [];
  for (const component of components(chosen.length, (i) => edges[i]!.keys())) {
    if (component.length === 1) order.push(component[0]!);
    else order.push(...unroll(component, edges));
  }
  return order.map((i) => chosen[i]!);
}

function edgesOf(pool: Pool, chosen: readonly number[]): Edges {
  const index = new Map(chosen.map((p, i) => [p, i]));
  return chosen.map((p, i) => {
    const after = new Map<number, number>();
    const add = (list: number, strength: number) => {
      if (list === 0) return;
      for (let at = list; pool.deps[at] !== 0; at++) {
        for (const provider of providersIn(pool, pool.deps[at]!, index)) {
          if (provider !== i) after.set(provider, Math.max(strength, after.get(provider) ?? WEAK));
        }
      }
    };
    add(pool.lists.recommends[p]!, WEAK);
    add(pool.lists.requires[p]!, REQUIRED);
    add(pool.lists.preRequires[p]!, PRE);
    return after;
  });
}

/** Chosen packages that fulfil a dependency or a part of a rich one. */
function providersIn(pool: Pool, dep: number, index: ReadonlyMap<number, number>): number[] {
  const { relations, providers } = pool;
  const operator = dep < 0 ? relations.operator(dep) : 0;
  if (operator === AND || operator === OR) {
    return [...providersIn(pool, relations.left(dep), index), ...providersIn(pool, relations.right(dep), index)];
  }
  if (operator === IF || operator === UNLESS) {
    const right = relations.right(dep);
    const otherwise =
      right < 0 && relations.operator(right) === ELSE ? providersIn(pool, relations.right(right), index) : [];
    return [...providersIn(pool, relations.left(dep), index), ...otherwise];
  }
  if (operator === WITHOUT || operator === WITH || operator < 8) {
    const found: number[] = [];
    for (let i = providers.of(dep); providers.data[i] !== 0; i++) {
      const at = index.get(providers.data[i]!);
      if (at !== undefined) found.push(at);
    }
    return found;
  }
  return [];
}
