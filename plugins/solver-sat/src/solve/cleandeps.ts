import { filterCandidates } from '../policy/filter.ts';
import { obsoletes } from '../policy/updates.ts';
import type { Pool } from '../pool/pool.ts';
import type { Job } from '../rules/job.ts';
import { renewPolicies } from '../rules/policy-rules.ts';
import { replacementRule } from '../rules/update-rules.ts';
import { decideAndLearn } from '../sat/learn.ts';
import { BECAUSE_INSTALLED, type SatState } from '../sat/state.ts';
import { IntList } from '../util/int-list.ts';

/**
 * Marks the installed packages that only packages need which jobs with `cleandeps` remove or update; null when there is no such job.
 * What else is installed needs its dependencies and recommendations.
 */
export function unneededPackages(state: SatState, jobs: readonly Job[]): Uint8Array | null {
  const { pool, changes } = state;
  const changed = new Set([...changes.cleandeps, ...state.givenUp]);
  for (const job of jobs) {
    if (job.cleandeps !== true || (job.kind !== 'install' && job.kind !== 'erase')) continue;
    const candidates = job.candidates.flat().filter((p) => p > 0);
    for (const old of pool.installedIds) {
      const replaced = (p: number) => pool.name[p] === pool.name[old] || obsoletes(pool, p, old);
      const gone = job.kind === 'erase' ? candidates.includes(old) : candidates.some(replaced);
      if (gone) changed.add(old);
    }
  }
  if (changed.size === 0) return null;
  const candidatesOf = (kind: Job['kind']) =>
    jobs.filter((job) => job.kind === kind).flatMap((job) => job.candidates.flat().filter((p) => p > 0));
  const coming = candidatesOf('install');
  const asked = new Set([...coming, ...candidatesOf('keep')]);
  const marks = new Uint8Array(pool.count);
  const spread = (from: Iterable<number>, mark: number, enter: (p: number) => boolean) => {
    const queue = [...from];
    for (let head = 0; head < queue.length; head++) {
      for (const q of neededBy(pool, queue[head]!)) {
        if (marks[q] === mark || !enter(q)) continue;
        marks[q] = mark;
        queue.push(q);
      }
    }
  };
  spread(changed, 1, (q) => !asked.has(q));
  const stay = Array.from(pool.installedIds).filter((p) => marks[p] === 0 && !changed.has(p));
  spread([...stay, ...coming], 0, (q) => !changed.has(q));
  return marks;
}

/** Installed packages that a package requires or recommends, rich dependencies in all their parts. */
function neededBy(pool: Pool, p: number): number[] {
  const found: number[] = [];
  for (const list of [pool.lists.requires[p]!, pool.lists.recommends[p]!]) {
    if (list === 0) continue;
    for (let i = list; pool.deps[i] !== 0; i++) {
      const { providers } = pool;
      for (let j = providers.of(pool.deps[i]!); providers.data[j] !== 0; j++) {
        const q = providers.data[j]!;
        if (pool.installed[q] === 1 && q !== p) found.push(q);
      }
    }
  }
  return found;
}

/** For an open requirement: what would go but fulfils it stays, updated where that was asked for. */
export function preferUnneeded(state: SatState, candidates: IntList): void {
  const { unneeded, changes, pool } = state;
  if (unneeded === null) return;
  const spared = candidates.toArray().filter((p) => unneeded[p] === 1);
  if (spared.length === 0) return;
  const updated = (p: number) => changes.updateAll || changes.update[p] === 1;
  const kept = spared.find((p) => !updated(p));
  if (kept !== undefined) {
    candidates.replaceFrom(0, [kept]);
    return;
  }
  const replacements = new Set<number>();
  for (const p of spared) {
    const targets = changes.targets.get(p);
    const rule = replacementRuleOf(state, pool.installedIds.indexOf(p));
    const open = state.rules.literals(rule).filter((q) => state.level[q]! >= 0 && (targets?.has(q) ?? true));
    const best = IntList.from(open);
    filterCandidates(state, best, 'choose');
    if (best.length > 0) replacements.add(best.at(0));
  }
  const left = candidates.toArray().filter((p) => replacements.has(p));
  if (left.length > 0) candidates.replaceFrom(0, left);
}

function replacementRuleOf(state: SatState, index: number): number {
  const update = state.updateRules.start + index;
  return state.rules.first[update] === 0 ? replacementRule(state, index) : update;
}

/** Removes what is unneeded and undecided. `again`: dependencies have to be looked at again. */
export function resolveUnneeded(state: SatState, from: number): { level: number; again: boolean } {
  const { pool, unneeded } = state;
  let level = from;
  if (unneeded === null) return { level, again: false };
  for (const p of pool.installedIds) {
    if (state.level[p] !== 0 || unneeded[p] === 0) continue;
    const before = level;
    level = decideAndLearn(state, level, -p, false, 0, BECAUSE_INSTALLED);
    if (level < before) return { level, again: true };
  }
  return { level, again: false };
}

/** Takes marks back from packages that went although something that stays needs them. Returns whether there were any. */
export function spareMistakes(state: SatState): boolean {
  const { pool, unneeded } = state;
  if (unneeded === null) return false;
  let found = false;
  for (const p of pool.installedIds) {
    if (state.level[p]! <= 0) continue;
    for (const q of neededBy(pool, p)) {
      if (unneeded[q] === 0 || state.level[q]! > 0 || replacedAnyway(state, q)) continue;
      unneeded[q] = 0;
      found = true;
    }
  }
  if (found) renewPolicies(state);
  return found;
}

/** Whether an update of a package came. */
function replacedAnyway({ pool, level }: SatState, p: number): boolean {
  const { providers, name } = pool;
  for (let i = providers.of(name[p]!); providers.data[i] !== 0; i++) {
    const other = providers.data[i]!;
    if (name[other] === name[p] && level[other]! > 0) return true;
  }
  return false;
}
