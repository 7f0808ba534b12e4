import { isSupplementing } from '../policy/fulfilled.ts';
import { updateHints } from '../policy/hints.ts';
import { decideAndLearn } from '../sat/learn.ts';
import type { Branch, SatState } from '../sat/state.ts';
import { replacesInstalled } from './choose.ts';

/**
 * Looks for an open choice with a candidate that came in anyway later on, or that is recommended while the choice is not: taking it
 * instead gives a smaller answer. Returns the new level, or null when all choices are fine.
 */
export function takeBetterBranch(state: SatState): number | null {
  updateHints(state);
  let better: { branch: Branch; index: number } | null = null;
  for (let i = state.branches.length - 1; i >= 0; i--) {
    const branch = state.branches[i]!;
    const index = betterCandidate(state, branch);
    if (index >= 0) better = { branch, index };
  }
  return better === null ? null : take(state, better.branch, better.index);
}

function betterCandidate(state: SatState, branch: Branch): number {
  const { pool, level, recommended } = state;
  const { favor } = state.changes;
  const hinted = (p: number) => recommended[p] === 1 || isSupplementing(pool, level, p);
  const { candidates } = branch;
  let wanted = -1;
  for (let index = 0; index < candidates.length; index++) {
    const p = candidates[index]!;
    if (p <= 0) continue;
    if (level[p]! > branch.level) return index;
    if (favor !== null && favor[p]! < 0) continue;
    if (wanted < 0 && hinted(p)) wanted = index;
  }
  if (wanted < 0) return -1;
  for (let index = 0; index < candidates.length; index++) {
    const p = -candidates[index]!;
    if (p <= 0 || level[p] !== branch.level + 1) continue;
    if (favor !== null && favor[p]! > favor[candidates[wanted]!]!) continue;
    if (!replacesInstalled(pool, p, state.noUpdate) && !hinted(p)) return wanted;
  }
  return -1;
}

function take(state: SatState, branch: Branch, index: number): number {
  const p = branch.candidates[index]!;
  branch.candidates[index] = -p;
  const at = state.branches.indexOf(branch);
  // The first decision above the branch's level is its choice: its rule and reason are those of the new one.
  let choice = state.queue.length;
  while (choice > 0 && Math.abs(state.level[Math.abs(state.queue.at(choice - 1))]!) > branch.level) choice--;
  const rule = -state.why.at(choice);
  const reason = state.reasons.at(branch.level + 1);
  state.revert(branch.level);
  state.branches.length = at;
  state.branches.push(branch);
  return decideAndLearn(state, branch.level, p, true, rule, reason);
}
