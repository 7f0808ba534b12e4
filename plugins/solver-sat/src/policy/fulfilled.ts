import { SYSTEM } from '../pool/columns.ts';
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

/** How a dependency holds: not at all, thanks to what was there before, or thanks to a package that is chosen anew. */
const NOT_FULFILLED = 0;
const FULFILLED = 1;
const NEWLY_FULFILLED = 2;

/**
 * Whether a package supplements something that is chosen anew. What supplements only packages that were there before was left out on
 * purpose then; and a condition that holds because nothing is chosen is no reason to install anything.
 */
export function isNewlySupplementing(pool: Pool, level: Int32Array, p: number): boolean {
  const list = pool.lists.supplements[p]!;
  if (list === 0) return false;
  for (let i = list; pool.deps[i] !== 0; i++) {
    if (fulfilment(pool, level, pool.deps[i]!) === NEWLY_FULFILLED) return true;
  }
  return false;
}

function fulfilment(pool: Pool, level: Int32Array, dep: number): number {
  const { relations, providers } = pool;
  const operator = dep < 0 ? relations.operator(dep) : 0;
  const of = (part: number) => fulfilment(pool, level, part);
  if (operator === AND || operator === OR) {
    const a = of(relations.left(dep));
    const b = of(relations.right(dep));
    return operator === AND && (a === NOT_FULFILLED || b === NOT_FULFILLED) ? NOT_FULFILLED : Math.max(a, b);
  }
  if (operator === IF || operator === UNLESS) {
    const left = relations.left(dep);
    const right = relations.right(dep);
    if (right < 0 && relations.operator(right) === ELSE) {
      const condition = of(relations.left(right));
      const otherwise = relations.right(right);
      if (condition === NOT_FULFILLED) return of(operator === IF ? otherwise : left);
      const taken = of(operator === IF ? left : otherwise);
      return taken === NOT_FULFILLED ? taken : Math.max(taken, condition);
    }
    const wanted = of(left);
    const clear = of(right) === NOT_FULFILLED;
    if (operator === UNLESS) return clear ? wanted : NOT_FULFILLED;
    return wanted === NOT_FULFILLED && clear ? FULFILLED : wanted;
  }
  let found = NOT_FULFILLED;
  const { data } = providers;
  for (let i = providers.of(dep); data[i] !== 0; i++) {
    const p = data[i]!;
    if (level[p]! <= 0) continue;
    if (pool.installed[p] === 0 && p !== SYSTEM) return NEWLY_FULFILLED;
    found = FULFILLED;
  }
  return found;
}
