import { isIllegalUpdate, obsoletes } from '../policy/updates.ts';
import type { Pool } from '../pool/pool.ts';
import type { SatState } from '../sat/state.ts';
import type { Job } from './job.ts';

/**
 * Switches off policies that jobs ask to be broken: what is erased or replaced needs no update rule, and a job that names the
 * architecture may have one that is not the best. Returns the installed packages that shall go without replacement.
 */
export function disablePolicies(state: SatState, jobs: readonly Job[]): Set<number> {
  const { pool, rules } = state;
  const leaving = new Set<number>();
  const replaced = new Set<number>();
  for (const job of jobs) {
    const candidates = job.candidates.flat();
    if (job.kind === 'erase') for (const p of candidates) if (pool.installed[p] === 1) leaving.add(p);
    if (job.kind !== 'install') continue;
    if (job.anyArch) allowArchs(state, candidates);
    for (const p of replacedByAll(pool, job, candidates)) replaced.add(p);
  }
  for (const [i, p] of pool.installedIds.entries()) {
    if (!leaving.has(p) && !replaced.has(p)) continue;
    rules.disabled[state.updateRules.start + i] = 1;
    rules.disabled[state.featureRules.start + i] = 1;
  }
  return leaving;
}

function allowArchs(state: SatState, candidates: readonly number[]): void {
  const { pool, rules, inferiorArchRules } = state;
  const names = new Set(candidates.map((p) => pool.name[p]!));
  for (let rule = inferiorArchRules.start; rule < inferiorArchRules.end; rule++) {
    if (names.has(pool.name[-rules.first[rule]!]!)) rules.disabled[rule] = 1;
  }
}

/** Installed packages that every candidate of a job replaces, where the job allows the kind of change it is. */
function replacedByAll(pool: Pool, job: Job, candidates: readonly number[]): number[] {
  if (candidates.length === 0 || candidates.some((p) => pool.installed[p] === 1)) return [];
  const policy = { downgrade: job.anyVersion, archChange: job.anyArch };
  const replaces = (p: number, old: number) =>
    (pool.name[p] === pool.name[old] && pool.sameColor(p, old)) || obsoletes(pool, p, old);
  return Array.from(pool.installedIds).filter((old) =>
    candidates.every((p) => replaces(p, old) && !isIllegalUpdate(pool, old, p, policy)),
  );
}
