import { NOARCH, sameClass } from '../pool/arch.ts';
import { matchesPackage } from '../pool/match.ts';
import { isIdentical, namesakes } from '../pool/namesakes.ts';
import type { Pool } from '../pool/pool.ts';
import type { SatState } from '../sat/state.ts';
import type { IntList } from '../util/int-list.ts';
import { isSupplementing } from './fulfilled.ts';
import { updateHints } from './hints.ts';

/** Leaves the packages of the most preferred repositories, and what is installed. */
export function pruneToHighestPriority(state: SatState, candidates: IntList): void {
  const { pool } = state;
  let best = Number.NEGATIVE_INFINITY;
  for (const p of candidates.view()) if (pool.installed[p] === 0) best = Math.max(best, pool.priority(p));
  if (best === Number.NEGATIVE_INFINITY) return;
  candidates.filter((p) => pool.installed[p] === 1 || pool.priority(p) === best);
  if (state.changes.distupgrade !== null) pruneInstalled(state, candidates, best);
}

/** In a `distupgrade` an installed package counts only when a repository that is preferred enough has the same build. */
function pruneInstalled(state: SatState, candidates: IntList, priority: number): void {
  const { pool, changes } = state;
  let best = priority;
  let kept: number[] = [];
  for (const p of candidates.view()) {
    if (pool.installed[p] === 1 && changes.distupgrade!.involved[p] === 1) {
      const same = namesakes(pool, p).filter(
        (other) => pool.installed[other] === 0 && pool.priority(other) >= best && isIdentical(pool, p, other),
      );
      if (same.length === 0) continue;
      const highest = Math.max(...same.map((other) => pool.priority(other)));
      if (highest > best) {
        best = highest;
        kept = [];
      }
    } else if (pool.installed[p] === 0 && pool.priority(p) < best) continue;
    kept.push(p);
  }
  if (kept.length > 0) candidates.replaceFrom(0, kept);
}

/** Leaves the packages of the best architecture among the candidates, and those for any. */
export function pruneToBestArch(pool: Pool, candidates: IntList): void {
  let best = 0;
  for (const p of candidates.view()) {
    const score = pool.archScore[p]!;
    if (score > NOARCH && (best === 0 || score < best)) best = score;
  }
  if (best === 0) return;
  const kept = candidates.toArray().filter((p) => {
    const score = pool.archScore[p]!;
    return score !== 0 && (score === NOARCH || sameClass(score, best));
  });
  if (kept.length > 0) candidates.replaceFrom(0, kept);
}

/** Leaves the newest package of each name, ordered by name, without those that others obsolete. */
export function pruneToBestVersions(pool: Pool, candidates: IntList): void {
  const sorted = candidates.toArray().sort((a, b) => compareByName(pool, a, b));
  const best: number[] = [];
  for (const p of sorted) {
    const last = best.length - 1;
    if (last < 0 || pool.name[best[last]!] !== pool.name[p]) best.push(p);
    else if (pool.compareVersions(best[last]!, p) < 0) best[last] = p;
  }
  candidates.replaceFrom(0, best.length > 1 ? withoutObsoleted(pool, best) : best);
}

function compareByName(pool: Pool, a: number, b: number): number {
  const { strings } = pool;
  if (pool.name[a] !== pool.name[b]) return strings.text(pool.name[a]!) < strings.text(pool.name[b]!) ? -1 : 1;
  const archA = pool.archScore[a]!;
  const archB = pool.archScore[b]!;
  if (archA !== archB && archA > NOARCH && archB > NOARCH) return archA - archB;
  return pool.installed[b]! - pool.installed[a]! || a - b;
}

/** Drops what another candidate of a different name obsoletes; candidates that obsolete each other in a circle stay. */
function withoutObsoleted(pool: Pool, candidates: readonly number[]): number[] {
  const { deps, lists, name, providers } = pool;
  const index = new Map(candidates.map((p, i) => [p, i]));
  /** By candidate: those that obsolete it. */
  const by: number[][] = candidates.map(() => []);
  for (const [i, q] of candidates.entries()) {
    const start = lists.obsoletes[q]!;
    if (start === 0) continue;
    for (let at = start; deps[at] !== 0; at++) {
      for (let j = providers.of(deps[at]!); providers.data[j] !== 0; j++) {
        const p = providers.data[j]!;
        const obsoleted = index.get(p);
        if (obsoleted === undefined || name[p] === name[q] || !matchesPackage(pool, p, deps[at]!)) continue;
        by[obsoleted]!.push(i);
      }
    }
  }
  const reaches = (from: number, to: number): boolean => {
    const seen = new Set<number>();
    const pending = [from];
    for (let i = pending.pop(); i !== undefined; i = pending.pop()) {
      for (const j of by[i]!) {
        if (j === to) return true;
        if (!seen.has(j)) {
          seen.add(j);
          pending.push(j);
        }
      }
    }
    return false;
  };
  return candidates.filter((_p, i) => by[i]!.every((j) => reaches(j, i)));
}

/** Leaves what chosen packages recommend or what supplements them, where there is any; what is installed stays. */
export function pruneToRecommended(state: SatState, candidates: IntList): void {
  const { pool, level, recommended } = state;
  let fresh = 0;
  for (const p of candidates.view()) if (pool.installed[p] === 0) fresh++;
  if (fresh < 2) return;
  updateHints(state);
  const hinted = candidates
    .toArray()
    .filter((p) => pool.installed[p] === 0 && (recommended[p] === 1 || isSupplementing(pool, level, p)));
  if (hinted.length === 0) return;
  const keep = new Set(hinted);
  candidates.filter((p) => pool.installed[p] === 1 || keep.has(p));
}
