import { matchesPackage } from '../pool/match.ts';
import type { Pool } from '../pool/pool.ts';

/** Packages that fit a dependency but are left out of the index, because they must not or cannot be installed. */
export function hiddenProviders(pool: Pool, dependency: number): number[] {
  const { deps, lists, relations } = pool;
  let name = dependency;
  while (name < 0) name = relations.left(name);
  const found: number[] = [];
  for (let p = 2; p < pool.count; p++) {
    if (pool.installed[p] === 1 || pool.installable(p)) continue;
    if (matchesPackage(pool, p, dependency)) {
      found.push(p);
      continue;
    }
    const start = lists.provides[p]!;
    if (start === 0) continue;
    for (let i = start; deps[i] !== 0; i++) {
      const provide = deps[i]!;
      const base = provide < 0 ? relations.left(provide) : provide;
      if (provide === dependency || (dependency > 0 && base === name)) {
        found.push(p);
        break;
      }
    }
  }
  return found;
}
