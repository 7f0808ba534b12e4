import type { SatState } from '../sat/state.ts';
import type { IntList } from '../util/int-list.ts';
import { byFavor, pruneByFavor } from './favor.ts';
import { pruneToBestArch, pruneToBestVersions, pruneToHighestPriority, pruneToRecommended } from './prune.ts';
import { commonDependencyLast, installedFirst, outdatedLast, suggestedFirst } from './reorder.ts';

/**
 * `choose`: leave the best candidates, the first one being the choice. `narrow`: the same, but leave the order. `recommend`: by
 * priority, architecture and version only. `supplement`: order only.
 */
export type FilterMode = 'choose' | 'narrow' | 'recommend' | 'supplement';

/** Removes candidates that are worse than others and orders the rest. What jobs favour comes first. */
export function filterCandidates(state: SatState, candidates: IntList, mode: FilterMode): void {
  if (mode !== 'supplement' && pruneByFavor(state, candidates, (group) => filterGroup(state, group, mode))) return;
  filterGroup(state, candidates, mode);
}

/** Filters candidates that are equally favoured. */
function filterGroup(state: SatState, candidates: IntList, mode: FilterMode): void {
  const { pool } = state;
  if (mode !== 'supplement') {
    if (candidates.length > 1) pruneToHighestPriority(state, candidates);
    if (candidates.length > 1) pruneToBestArch(pool, candidates);
    if (candidates.length > 1) pruneToBestVersions(pool, candidates);
    if (candidates.length > 1 && mode !== 'recommend') pruneToRecommended(state, candidates);
    if (candidates.length < 2 || mode !== 'choose') return;
  }
  outdatedLast(pool, candidates);
  commonDependencyLast(pool, candidates);
  if (mode === 'choose') installedFirst(pool, candidates);
  suggestedFirst(state, candidates);
  byFavor(state, candidates);
}
