import type { SatState } from '../sat/state.ts';
import { IntList } from '../util/int-list.ts';

/** Puts what jobs favour first and what they shun last. */
export function byFavor(state: SatState, candidates: IntList): void {
  const { favor } = state.changes;
  if (favor === null || candidates.length < 2) return;
  candidates.replaceFrom(
    0,
    candidates.toArray().sort((a, b) => favor[b]! - favor[a]!),
  );
}

/**
 * Filters candidates that are favoured differently, each group together with all that are favoured more. Returns false, with nothing
 * done, when all are favoured equally.
 */
export function pruneByFavor(state: SatState, candidates: IntList, prune: (group: IntList) => void): boolean {
  const { favor } = state.changes;
  if (favor === null || candidates.length < 2) return false;
  const sorted = candidates.toArray().sort((a, b) => favor[b]! - favor[a]!);
  if (favor[sorted[0]!] === favor[sorted[sorted.length - 1]!]) return false;
  const kept: number[] = [];
  for (let end = 1; end <= sorted.length; end++) {
    const own = favor[sorted[end - 1]!]!;
    if (end < sorted.length && favor[sorted[end]!] === own) continue;
    const group = IntList.from(sorted.slice(0, end));
    prune(group);
    kept.push(...group.toArray().filter((p) => favor[p] === own));
  }
  candidates.replaceFrom(0, kept);
  return true;
}
