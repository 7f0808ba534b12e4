import type { Pool } from '../pool/pool.ts';
import { AND, ELSE, IF, OR, UNLESS } from '../pool/relations.ts';

/** Whether a dependency holds among chosen packages (`level` above 0), with rich ones evaluated as conditions. */
export function isFulfilled(pool: Pool, level: Int32Array, dep: number): boolean {
  const { relations, providers } = pool;
  const operator = dep < 0 ? relations.operator(dep) : 0;
  if (operator === AND || operator === OR || operator === IF || operator === UNLESS) {
    const left = () => isFulfilled(pool, level, relations.left(dep));
    const right = relations.right(dep);
    if (operator === AND) return left() && isFulfilled(pool, level, right);
    if (operator === OR) return left() || isFulfilled(pool, level, right);
    const alternative = right < 0 && relations.operator(right) === ELSE;
    const condition = isFulfilled(pool, level, alternative ? relations.left(right) : right);
    if (alternative) return condition === (operator === IF) ? left() : isFulfilled(pool, level, relations.right(right));
    return operator === IF ? left() || !condition : left() && !condition;
  }
  const { data } = providers;
  for (let i = providers.of(dep); data[i] !== 0; i++) if (level[data[i]!]! > 0) return true;
  return false;
}

/** Whether a package supplements something chosen. */
export function isSupplementing(pool: Pool, level: Int32Array, p: number): boolean {
  return anyFulfilled(pool, level, pool.lists.supplements[p]!);
}

/** Whether a package enhances something chosen. */
export function isEnhancing(pool: Pool, level: Int32Array, p: number): boolean {
  return anyFulfilled(pool, level, pool.lists.enhances[p]!);
}

function anyFulfilled(pool: Pool, level: Int32Array, list: number): boolean {
  if (list === 0) return false;
  for (let i = list; pool.deps[i] !== 0; i++) if (isFulfilled(pool, level, pool.deps[i]!)) return true;
  return false;
}

/** Whether a dependency could hold if all marked packages were chosen. */
export function isPossible(pool: Pool, marked: Uint8Array, dep: number): boolean {
  const { relations, providers } = pool;
  const operator = dep < 0 ? relations.operator(dep) : 0;
  if (operator === IF || operator === UNLESS) return true;
  if (operator === AND) {
    return isPossible(pool, marked, relations.left(dep)) && isPossible(pool, marked, relations.right(dep));
  }
  if (operator === OR) {
    return isPossible(pool, marked, relations.left(dep)) || isPossible(pool, marked, relations.right(dep));
  }
  const { data } = providers;
  for (let i = providers.of(dep); data[i] !== 0; i++) if (marked[data[i]!] !== 0) return true;
  return false;
}
