import { conjunctive, isComplex } from '../rules/normal-form.ts';
import type { SatState } from '../sat/state.ts';

/** Brings the marks of recommended and suggested packages up to what is decided. */
export function updateHints(state: SatState): void {
  const { pool, queue, recommended, suggested } = state;
  // Marks from rich dependencies depend on what else is chosen: they are made anew when anything was added.
  if (state.hintsAt < 0 || (state.richHints.length > 0 && state.hintsAt < queue.length)) {
    recommended.fill(0);
    suggested.fill(0);
    state.richHints = [];
    state.hintsAt = 0;
  }
  for (; state.hintsAt < queue.length; state.hintsAt++) {
    const p = queue.at(state.hintsAt);
    if (p < 0) continue;
    mark(state, pool.lists.recommends[p]!, recommended);
    mark(state, pool.lists.suggests[p]!, suggested);
  }
}

function mark(state: SatState, list: number, marks: Uint8Array): void {
  if (list === 0) return;
  const { pool } = state;
  const { providers } = pool;
  for (let i = list; pool.deps[i] !== 0; i++) {
    const dep = pool.deps[i]!;
    if (isComplex(pool, dep)) {
      state.richHints.push(dep);
      for (const p of wanted(state, dep)) marks[p] = 1;
      continue;
    }
    for (let j = providers.of(dep); providers.data[j] !== 0; j++) marks[providers.data[j]!] = 1;
  }
}

/** Packages of the parts of a rich dependency whose conditions hold. */
function wanted(state: SatState, dep: number): number[] {
  const form = conjunctive(state.pool, dep);
  if (typeof form === 'string') return [];
  const found: number[] = [];
  for (const block of form) {
    if (block.every((literal) => literal > 0 || state.level[-literal]! > 0)) {
      for (const literal of block) if (literal > 0) found.push(literal);
    }
  }
  return found;
}
