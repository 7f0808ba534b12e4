import { rangesMeet } from '@ostrata/package-columns';
import type { Packages } from './columns.ts';
import { AND, ARCH, EQUAL, isComparison, OR, WITH, WITHOUT } from './relations.ts';

/** Whether the name, version and architecture of a package itself (not its provides) fit a dependency, as obsoletes need. */
export function matchesPackage(pool: Packages, p: number, dep: number): boolean {
  if (dep >= 0) return pool.name[p] === dep;
  const { relations } = pool;
  const operator = relations.operator(dep);
  const left = relations.left(dep);
  const right = relations.right(dep);
  switch (operator) {
    case ARCH:
      return pool.arch[p] === right && matchesPackage(pool, p, left);
    case OR:
      return matchesPackage(pool, p, left) || matchesPackage(pool, p, right);
    case AND:
    case WITH:
      return matchesPackage(pool, p, left) && matchesPackage(pool, p, right);
    case WITHOUT:
      return matchesPackage(pool, p, left) && !matchesPackage(pool, p, right);
  }
  if (!isComparison(operator) || !matchesPackage(pool, p, left)) return false;
  return rangesMeet(pool.evrs, EQUAL, pool.evr[p]!, operator, right);
}
