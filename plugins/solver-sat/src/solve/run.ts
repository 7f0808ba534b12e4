import { disableUnneededChoiceRules } from '../rules/choice-rules.ts';
import { renewPolicies } from '../rules/policy-rules.ts';
import { decideAssertions } from '../sat/assertions.ts';
import { decideAndLearn } from '../sat/learn.ts';
import { propagate } from '../sat/propagate.ts';
import { BECAUSE_INSTALLED, type SatState } from '../sat/state.ts';
import { analyzeUnsolvable } from '../sat/unsolvable.ts';
import { takeBetterBranch } from './branches.ts';
import { resolveUnneeded, spareMistakes, unneededPackages } from './cleandeps.ts';
import { resolveDependencies } from './dependencies.ts';
import { resolveInstalled } from './installed.ts';
import { resolveJobs } from './jobs.ts';
import { resolveOrphans } from './orphans.ts';
import { resolveWeak } from './weak.ts';

/**
 * Choices made anew for a smaller answer, at most: real ones need some dozens, and each one is a search of its own. What is left then is
 * still an answer.
 */
const MAX_BETTER_CHOICES = 1000;

export interface RunOptions {
  /** Install what is recommended. */
  readonly weak: boolean;
  readonly multiversion: Uint8Array | null;
  readonly signal?: AbortSignal;
}

/**
 * Searches: what is certain, then jobs, installed packages, all open dependencies, weak dependencies, and finally better choices. Each
 * step that takes back decisions of an earlier one sends the search back to that. Problems end up in the state; what does not depend on
 * them is decided all the same.
 */
export function run(state: SatState, options: RunOptions): void {
  const steps = certainSteps(state);
  let level = 0;
  /** Decisions above this level are not from jobs or installed packages. */
  let certain = 1;
  let betterChoices = 0;
  let givenUp = 0;
  while (level >= 0) {
    options.signal?.throwIfAborted();
    if (level === 0) {
      if (state.givenUp.size > givenUp) {
        givenUp = state.givenUp.size;
        state.unneeded = unneededPackages(state, state.jobs);
        renewPolicies(state);
      }
      level = start(state);
      if (level <= 0) continue;
      certain = level + 1;
    }
    let before = level;
    for (const step of level < certain ? steps : []) {
      before = level;
      level = step(level);
      if (level < before) break;
      certain = level + 1;
    }
    if (level < before) continue;
    if (level < certain) certain = level;
    before = level;
    level = resolveDependencies(state, level, null);
    if (level < before) continue;
    const unneeded = resolveUnneeded(state, level);
    level = unneeded.level;
    if (unneeded.again) continue;
    if (options.weak) {
      const weak = resolveWeak(state, level, options.multiversion);
      level = weak.level;
      if (weak.again) continue;
    }
    const orphans = resolveOrphans(state, level);
    level = orphans.level;
    if (orphans.again) continue;
    before = level;
    level = removeUndecided(state, level);
    if (level < before) continue;
    if (spareMistakes(state) || disableUnneededChoiceRules(state)) {
      state.reset();
      level = 0;
      continue;
    }
    const better = betterChoices++ < MAX_BETTER_CHOICES ? takeBetterBranch(state) : null;
    if (better === null) return;
    level = better;
  }
}

/** What comes before all open dependencies, by what the policies look at first. */
function certainSteps(state: SatState): ((level: number) => number)[] {
  const { focus } = state.changes.policies;
  if (state.pool.installedIds.length === 0) return [(level) => resolveJobs(state, level, false)];
  const installed = (level: number) => resolveInstalled(state, level);
  if (focus === 'installed') return [installed, (level) => resolveJobs(state, level, false)];
  const jobs = (level: number) => resolveJobs(state, level, true);
  if (focus === null) return [jobs, installed];
  return [jobs, (level) => resolveDependencies(state, level, focus), installed];
}

function start(state: SatState): number {
  if (!decideAssertions(state, true)) return -1;
  const conflict = propagate(state, 1);
  return conflict === 0 ? 1 : analyzeUnsolvable(state, conflict, true);
}

/** Installed packages that nothing kept go. */
function removeUndecided(state: SatState, from: number): number {
  let level = from;
  for (const p of state.pool.installedIds) {
    if (state.level[p] !== 0) continue;
    const before = level;
    level = decideAndLearn(state, level, -p, false, 0, BECAUSE_INSTALLED);
    if (level < before) return level;
  }
  return level;
}
