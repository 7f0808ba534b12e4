import { FEWER, MORE } from '../version/evr.ts';
import type { Packages } from './columns.ts';
import { AND, ARCH, EQUAL, GREATER, isComparison, LESS, OR, WITH, WITHOUT } from './relations.ts';

const ANY = GREATER | EQUAL | LESS;

/** Whether the ranges `have` (of a provide) and `want` (of a requirement) have a version in common. */
export function rangesMeet(pool: Packages, have: number, haveEvr: number, want: number, wantEvr: number): boolean {
  if (have === 0 || want === 0) return false;
  if (have === ANY || want === ANY) return true;
  if ((have & want & (LESS | GREATER)) !== 0) return true;
  switch (pool.evrs.match(haveEvr, wantEvr)) {
    case FEWER:
      return (have & EQUAL) !== 0;
    case -1:
      return (want & LESS) !== 0 || (have & GREATER) !== 0;
    case 0:
      return (have & want & EQUAL) !== 0;
    case 1:
      return (want & GREATER) !== 0 || (have & LESS) !== 0;
    case MORE:
      return (want & EQUAL) !== 0;
    default:
      return false;
  }
}

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
  return rangesMeet(pool, EQUAL, pool.evr[p]!, operator, right);
}
