import { SYSTEM } from '../pool/columns.ts';
import type { Pool } from '../pool/pool.ts';
import type { SatState } from '../sat/state.ts';
import { IntList } from '../util/int-list.ts';
import type { Job } from './job.ts';

/** Makes the rules of all jobs. */
export function addJobRules(state: SatState, jobs: readonly Job[], weak: IntList): void {
  const { rules } = state;
  state.jobRules = { start: rules.count, end: rules.count };
  const wanted = new Set<number>();
  for (const job of jobs) {
    if (job.kind === 'install') for (const list of job.candidates) for (const p of list) wanted.add(p);
  }
  for (const [number, job] of jobs.entries()) {
    const add = (literals: IntList) => {
      const rule = rules.addLiterals(literals);
      state.jobOf.push(number);
      if (job.weak) weak.push(rule);
    };
    if (job.kind === 'install' && job.namespace !== undefined) continue;
    if (job.kind === 'install') {
      for (const list of job.candidates) add(IntList.from(list.length > 0 ? list : [-SYSTEM]));
      continue;
    }
    if (job.kind !== 'erase' && job.kind !== 'lock') continue;
    for (const p of job.candidates.flat()) {
      const stays = job.kind === 'lock' && state.pool.installed[p] === 1;
      add(IntList.from([stays ? p : -p]));
    }
    if (job.kind === 'erase') for (const p of stillAvailable(state.pool, job, wanted)) add(IntList.from([-p]));
  }
  state.jobRules.end = rules.count;
}

/** Lets requirements of packages that jobs name give way. */
export function weakenRequirements({ rules, packageRules }: SatState, jobs: readonly Job[], weak: IntList): void {
  const weakened = new Set(jobs.flatMap((job) => (job.kind === 'weaken' ? job.candidates.flat() : [])));
  if (weakened.size === 0) return;
  for (let rule = packageRules.start; rule < packageRules.end; rule++) {
    const first = rules.first[rule]!;
    const excludes = rules.tail[rule] === 0 && rules.watch2[rule]! < 0;
    if (first < 0 && !excludes && weakened.has(-first)) weak.push(rule);
  }
}

/** Other builds of the one installed package that goes, which must not come in its place. */
function stillAvailable(pool: Pool, job: Job, wanted: ReadonlySet<number>): number[] {
  const listed = new Set(job.candidates.flat());
  const installed = [...listed].filter((p) => pool.installed[p] === 1);
  const gone = installed[0];
  if (gone === undefined || installed.length > 1) return [];
  const { providers, name } = pool;
  const others: number[] = [];
  for (let i = providers.of(name[gone]!); providers.data[i] !== 0; i++) {
    const p = providers.data[i]!;
    if (name[p] !== name[gone] || pool.installed[p] === 1 || wanted.has(p) || listed.has(p)) continue;
    if (pool.sameColor(gone, p)) others.push(p);
  }
  return others;
}
