import { byFavor } from '../policy/favor.ts';
import { filterCandidates } from '../policy/filter.ts';
import { isEnhancing, isSupplementing } from '../policy/fulfilled.ts';
import { updateHints } from '../policy/hints.ts';
import { matchesPackage } from '../pool/match.ts';
import type { Pool } from '../pool/pool.ts';
import { dropCompanions } from '../rules/obsoleter-rules.ts';
import { decideAndLearn } from '../sat/learn.ts';
import type { SatState } from '../sat/state.ts';
import type { IntList } from '../util/int-list.ts';

/** Installs the best of the candidates for a rule; see {@link decideAndLearn} for what is returned. */
export function installBest(
  state: SatState,
  level: number,
  candidates: IntList,
  rule: number,
  reason: number,
  beforeInstalled: boolean,
): number {
  if (candidates.length > 1) filterCandidates(state, candidates, 'choose');
  if (beforeInstalled && candidates.length > 1) {
    preferReplacements(state, candidates);
    if (candidates.length > 1) preferHintsOfInstalled(state, level, candidates);
  }
  if (candidates.length > 1) dropCompanions(state, candidates);
  if (candidates.length > 1) openBranch(state, level, candidates);
  return decideAndLearn(state, level, candidates.at(0), true, rule, reason);
}

/** Remembers the other candidates. */
export function openBranch(state: SatState, level: number, candidates: IntList): void {
  const copy = Int32Array.from(candidates.view());
  copy[0] = -copy[0]!;
  state.branches.push({ level, candidates: copy });
}

/** Leaves the candidates that are installed or replace something installed, where there are any. */
function preferReplacements(state: SatState, candidates: IntList): void {
  const replacing = candidates.toArray().filter((p) => replacesInstalled(state.pool, p, state.noUpdate));
  if (replacing.length > 0) candidates.replaceFrom(0, replacing);
}

/** Whether a package is or replaces an installed one that is not marked. */
export function replacesInstalled(pool: Pool, p: number, except: Uint8Array): boolean {
  const { providers, name, installed, deps, lists } = pool;
  if (installed[p] === 1) return except[p] === 0;
  for (let i = providers.of(name[p]!); providers.data[i] !== 0; i++) {
    const other = providers.data[i]!;
    if (installed[other] !== 1 || except[other] === 1) continue;
    if (name[other] === name[p] && pool.sameColor(p, other)) return true;
  }
  const start = lists.obsoletes[p]!;
  if (start === 0) return false;
  for (let i = start; deps[i] !== 0; i++) {
    for (let j = providers.of(deps[i]!); providers.data[j] !== 0; j++) {
      const other = providers.data[j]!;
      if (installed[other] === 1 && except[other] === 0 && matchesPackage(pool, other, deps[i]!)) return true;
    }
  }
  return false;
}

/** Jobs are looked at before it is known what stays installed: take it as if all of it did, and put first what that recommends. */
function preferHintsOfInstalled(state: SatState, level: number, candidates: IntList): void {
  const { pool, queue } = state;
  const before = queue.length;
  const assumed: number[] = [];
  for (const p of pool.installedIds) {
    if (state.level[p] !== 0 || state.noUpdate[p] === 1) continue;
    if (pool.lists.recommends[p] !== 0 || pool.lists.suggests[p] !== 0) queue.push(p);
    state.level[p] = level + 1;
    assumed.push(p);
  }
  if (assumed.length === 0) return;
  updateHints(state);
  const rank = (p: number): number => {
    if (pool.installed[p] === 1 || state.recommended[p] === 1 || isSupplementing(pool, state.level, p)) return 0;
    return state.suggested[p] === 1 || isEnhancing(pool, state.level, p) ? 1 : 2;
  };
  const ranked = candidates.toArray().map((p) => ({ p, rank: rank(p) }));
  ranked.sort((a, b) => a.rank - b.rank);
  candidates.replaceFrom(
    0,
    ranked.map(({ p }) => p),
  );
  for (const p of assumed) state.level[p] = 0;
  if (queue.length !== before) {
    state.hintsAt = -1;
    queue.length = before;
  }
  byFavor(state, candidates);
}
