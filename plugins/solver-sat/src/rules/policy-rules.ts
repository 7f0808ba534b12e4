import type { UpdatePolicy } from '../policy/policies.ts';
import { isIllegalUpdate, obsoletes } from '../policy/updates.ts';
import type { Range, SatState } from '../sat/state.ts';
import type { Job } from './job.ts';

/**
 * Switches off policies that jobs ask to be broken: what is erased or replaced needs no update rule, and a job that names the
 * architecture, version or repository may have one that is not the best. Marks the installed packages that jobs remove or replace.
 */
export function disablePolicies(state: SatState): void {
  const { pool } = state;
  const leaving = new Set<number>();
  for (const job of activeJobs(state)) {
    const candidates = job.candidates.flat();
    if (job.kind === 'erase') for (const p of candidates) if (pool.installed[p] === 1) leaving.add(p);
    if (job.kind === 'lock')
      allowNames(
        state,
        state.distupgradeRules,
        candidates.filter((p) => pool.installed[p] === 1),
      );
    if (job.kind !== 'install') continue;
    if (job.anyArch) allowNames(state, state.inferiorArchRules, candidates);
    if (job.anyRepo === true) {
      allowNames(state, state.distupgradeRules, candidates);
      allowNames(state, state.priorityRules, candidates);
    }
    if (job.anyVersion) allowListed(state, candidates);
    const sole = candidates.length === 1 && job.anyVersion && job.anyVendor === true ? candidates[0]! : 0;
    // An installed package that is asked for exactly need not be the best.
    if (pool.installed[sole] === 1 && state.changes.best[sole] === 1) leaving.add(sole);
    for (const p of replacedByAll(state, job, candidates)) leaving.add(p);
  }
  if (state.unneeded !== null) for (const p of pool.installedIds) if (state.unneeded[p] === 1) leaving.add(p);
  for (const [i, p] of pool.installedIds.entries()) {
    if (!leaving.has(p)) continue;
    state.noUpdate[p] = 1;
    switchOff(state, state.updateRules.start + i);
    switchOff(state, state.featureRules.start + i);
  }
  for (let rule = state.bestRules.start; rule < state.bestRules.end; rule++) {
    const sharpened = state.bestOf.at(rule - state.bestRules.start);
    if (sharpened < 0 && leaving.has(-sharpened)) switchOff(state, rule);
  }
}

/** Does it anew after a job gave way, or packages are needed again: what nobody breaks any more holds again. */
export function renewPolicies(state: SatState): void {
  for (const rule of state.brokenPolicies) state.rules.disabled[rule] = 0;
  state.brokenPolicies.clear();
  state.noUpdate.fill(0);
  disablePolicies(state);
}

function switchOff(state: SatState, rule: number): void {
  if (state.rules.disabled[rule] !== 0) return;
  state.rules.disabled[rule] = 1;
  state.brokenPolicies.add(rule);
}

/** Jobs that make rules and of which these hold. */
function activeJobs({ jobs, jobRules, jobOf, rules }: SatState): Job[] {
  const active = new Set<number>();
  for (let rule = jobRules.start; rule < jobRules.end; rule++) {
    if (rules.disabled[rule] === 0) active.add(jobOf.at(rule - jobRules.start));
  }
  return jobs.filter((_job, i) => active.has(i));
}

/** Switches off the rules of a range that are about packages of the candidates' names. */
function allowNames(state: SatState, range: Range, candidates: readonly number[]): void {
  const { pool, rules } = state;
  const names = new Set(candidates.map((p) => pool.name[p]!));
  for (let rule = range.start; rule < range.end; rule++) {
    if (names.has(pool.name[-rules.first[rule]!]!)) switchOff(state, rule);
  }
}

/** A package that is asked for exactly may be blacklisted. */
function allowListed(state: SatState, candidates: readonly number[]): void {
  const { rules, blacklistRules } = state;
  for (let rule = blacklistRules.start; rule < blacklistRules.end; rule++) {
    if (candidates.includes(-rules.first[rule]!)) switchOff(state, rule);
  }
}

/** Installed packages that every candidate of a job replaces, where the job allows the kind of change it is. */
function replacedByAll({ pool, changes }: SatState, job: Job, candidates: readonly number[]): number[] {
  // A rich request may be fulfilled by what is not there: then nothing is replaced.
  if (candidates.length === 0 || candidates.some((p) => p < 0 || pool.installed[p] === 1)) return [];
  const policy = (old: number): UpdatePolicy => {
    const base = changes.distupgrade?.involved[old] === 1 ? changes.policies.distupgrade : changes.policies.update;
    return {
      downgrade: base.downgrade || job.anyVersion,
      archChange: base.archChange || job.anyArch,
      vendorChange: base.vendorChange || job.anyVendor === true,
      nameChange: true,
    };
  };
  const replaces = (p: number, old: number) =>
    (pool.name[p] === pool.name[old] && pool.sameColor(p, old)) || obsoletes(pool, p, old);
  return Array.from(pool.installedIds).filter((old) =>
    candidates.every((p) => replaces(p, old) && !isIllegalUpdate(pool, old, p, policy(old))),
  );
}
