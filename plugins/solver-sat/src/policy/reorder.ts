import type { Pool } from '../pool/pool.ts';
import { EQUAL, LESS } from '../pool/relations.ts';
import type { SatState } from '../sat/state.ts';
import type { IntList } from '../util/int-list.ts';
import { isEnhancing } from './fulfilled.ts';
import { updateHints } from './hints.ts';

/** Puts packages last of which a better version is to be had somewhere. */
export function outdatedLast(pool: Pool, candidates: IntList): void {
  moveLast(candidates, (p) => isOutdated(pool, p));
}

function isOutdated(pool: Pool, p: number): boolean {
  if (pool.installed[p] === 1) return false;
  const { providers, name, arch } = pool;
  const priority = pool.priority(p);
  for (let i = providers.of(name[p]!); providers.data[i] !== 0; i++) {
    const other = providers.data[i]!;
    if (other === p || name[other] !== name[p] || arch[other] !== arch[p]) continue;
    if ((pool.priority(other) - priority || pool.compareVersions(other, p)) > 0) return true;
  }
  return false;
}

/**
 * Where several candidates provide the same thing in different versions (`webserver = 2` and `webserver = 1`), those with the older
 * version move back, by the number of times it happens.
 */
export function commonDependencyLast(pool: Pool, candidates: IntList): void {
  interface Provide {
    readonly index: number;
    readonly name: number;
    readonly evr: number;
    /** "less than", the weaker claim. */
    readonly below: boolean;
  }
  const provides: Provide[] = [];
  const { relations, deps, lists, evrs } = pool;
  for (let index = 0; index < candidates.length; index++) {
    const start = lists.provides[candidates.at(index)]!;
    if (start === 0) continue;
    for (let i = start; deps[i] !== 0; i++) {
      const dep = deps[i]!;
      if (dep >= 0) continue;
      const operator = relations.operator(dep);
      if (operator !== EQUAL && operator !== LESS && operator !== (LESS | EQUAL)) continue;
      const evr = relations.right(dep);
      if (operator === EQUAL && isHash(pool.strings.text(evr))) continue;
      provides.push({ index, name: relations.left(dep), evr, below: operator === LESS });
    }
  }
  if (provides.length < 2) return;
  const compare = (a: Provide, b: Provide): number => {
    if (a.name !== b.name) return a.name - b.name;
    if (a.evr === b.evr && a.below === b.below) return 0;
    return evrs.match(b.evr, a.evr) || Number(a.below) - Number(b.below);
  };
  provides.sort(compare);
  const badness = new Int32Array(candidates.length);
  let bad = 0;
  for (const [i, provide] of provides.entries()) {
    const previous = provides[i - 1];
    if (previous === undefined || previous.name !== provide.name) bad = 0;
    else if (previous.index !== provide.index && compare(previous, provide) === -1) bad++;
    badness[provide.index]! += bad;
  }
  for (let i = 0; i < candidates.length; i++) if (pool.installed[candidates.at(i)] === 1) badness[i] = 0;
  const order = candidates.toArray().map((p, i) => ({ p, bad: badness[i]! }));
  order.sort((a, b) => a.bad - b.bad);
  candidates.replaceFrom(
    0,
    order.map(({ p }) => p),
  );
}

/** Build ids as versions (`golang(x) = 1f00c0de`) have no order. */
function isHash(version: string): boolean {
  return version.length >= 4 && /^[a-f0-9]+$/.test(version);
}

/** Puts packages first that are installed or whose name is. */
export function installedFirst(pool: Pool, candidates: IntList): void {
  if (pool.installedIds.length === 0) return;
  const { providers, name, installed } = pool;
  moveLast(candidates, (p) => {
    if (installed[p] === 1) return false;
    for (let i = providers.of(name[p]!); providers.data[i] !== 0; i++) {
      const other = providers.data[i]!;
      if (installed[other] === 1 && name[other] === name[p]) return false;
    }
    return true;
  });
}

/** Puts packages first that chosen ones suggest or that enhance chosen ones, and what is installed. */
export function suggestedFirst(state: SatState, candidates: IntList): void {
  const { pool, level, suggested } = state;
  updateHints(state);
  moveLast(candidates, (p) => pool.installed[p] === 0 && suggested[p] === 0 && !isEnhancing(pool, level, p));
}

/** Moves members to the end, both groups keeping their order. */
function moveLast(candidates: IntList, isLast: (p: number) => boolean): void {
  const front: number[] = [];
  const back: number[] = [];
  for (const p of candidates.toArray()) (isLast(p) ? back : front).push(p);
  if (back.length > 0 && front.length > 0) candidates.replaceFrom(0, [...front, ...back]);
}
