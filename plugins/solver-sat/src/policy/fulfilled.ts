import { SYSTEM } from '../pool/columns.ts';
import { NAMESPACE } from '../pool/namespace.ts';
import type { Pool } from '../pool/pool.ts';
import { AND, ELSE, IF, OR, UNLESS } from '../pool/relations.ts';
import type { SatState } from '../sat/state.ts';

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

/** How far a dependency without conditions holds. */
type Leaf = (dep: number) => number;

/**
 * Whether a package supplements something that counts now. By default that is something chosen anew: what supplements only packages
 * that were there before was left out on purpose then, and a condition that holds because nothing is chosen is no reason to install
 * anything.
 */
export function isNewlySupplementing(state: SatState, p: number): boolean {
  const { pool, level } = state;
  const { weakOfInstalled, weakOfMachine } = state.changes.policies;
  const list = pool.lists.supplements[p]!;
  if (list === 0) return false;
  for (let i = list; pool.deps[i] !== 0; i++) {
    const dep = pool.deps[i]!;
    const fulfils = weakOfInstalled
      ? isFulfilled(pool, level, dep)
      : fulfilment(pool, dep, (part) => byNewPackages(state, part)) === NEWLY_FULFILLED;
    if (!fulfils) continue;
    if (!weakOfMachine || fulfilment(pool, dep, (part) => byMachine(state, part)) === NEWLY_FULFILLED) return true;
  }
  return false;
}

/** Whether a dependency asks about the machine in any of its parts. */
export function asksMachine(pool: Pool, dep: number): boolean {
  if (dep >= 0) return false;
  const { relations } = pool;
  return (
    relations.operator(dep) === NAMESPACE ||
    asksMachine(pool, relations.left(dep)) ||
    asksMachine(pool, relations.right(dep))
  );
}

function fulfilment(pool: Pool, dep: number, leaf: Leaf): number {
  const { relations } = pool;
  const operator = dep < 0 ? relations.operator(dep) : 0;
  const of = (part: number) => fulfilment(pool, part, leaf);
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
  return leaf(dep);
}

function byNewPackages({ pool, level, changes }: SatState, dep: number): number {
  const { relations, providers } = pool;
  const { namespaces } = changes;
  if (namespaces.size > 0 && dep < 0 && relations.operator(dep) === NAMESPACE) {
    const asked = namespaces.has(dep) || namespaces.has(relations.left(dep));
    if (asked && isFulfilled(pool, level, dep)) return NEWLY_FULFILLED;
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

/** What the machine answers counts as new. */
function byMachine({ pool, level }: SatState, dep: number): number {
  if (!isFulfilled(pool, level, dep)) return NOT_FULFILLED;
  return dep < 0 && pool.relations.operator(dep) === NAMESPACE ? NEWLY_FULFILLED : FULFILLED;
}
