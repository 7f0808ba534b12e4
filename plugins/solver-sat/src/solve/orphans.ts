import { decideAndLearn } from '../sat/learn.ts';
import { BECAUSE_INSTALLED, type SatState } from '../sat/state.ts';

/** Keeps what no repository has any more as far as nothing stands against it and no job says otherwise. `again`: dependencies have to be looked at again. */
export function resolveOrphans(state: SatState, from: number): { level: number; again: boolean } {
  let level = from;
  let again = false;
  for (const p of state.orphans) {
    if (state.level[p] !== 0 || state.changes.dropOrphan[p] === 1) continue;
    const before = level;
    level = decideAndLearn(state, level, p, false, 0, BECAUSE_INSTALLED);
    again = true;
    if (level < before) break;
  }
  return { level, again };
}
