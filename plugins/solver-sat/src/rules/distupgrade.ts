import type { Policies } from '../policy/policies.ts';
import { type ObsoleterIndex, obsoletedBy } from '../policy/updates.ts';
import { isIdentical, namesakes } from '../pool/namesakes.ts';
import type { Pool } from '../pool/pool.ts';
import type { Job } from './job.ts';

/** What `distupgrade` jobs are about, by package. */
export interface Distupgrade {
  /** All packages are. */
  readonly everything: boolean;
  /** 1 for packages that a job is about. */
  readonly involved: Uint8Array;
  /** 1 for packages that may be there afterwards. */
  readonly good: Uint8Array;
}

/** Reads `distupgrade` jobs, null when there are none. `note` takes the installed packages that a job changes. */
export function distupgradeOf(
  pool: Pool,
  jobs: readonly Job[],
  policies: Policies,
  obsoleters: ObsoleterIndex,
  note: (job: Job, p: number) => void,
): Distupgrade | null {
  const asked = jobs.filter((job) => job.kind === 'distupgrade');
  if (asked.length === 0) return null;
  const everything = asked.some((job) => job.everything === true);
  const involved = new Uint8Array(pool.count);
  const good = new Uint8Array(pool.count);
  const available = (p: number) => pool.installed[p] === 0;
  for (const job of asked) {
    if (job.everything === true) {
      involved.fill(1, 2);
      for (let p = 2; p < pool.count; p++) if (available(p) && pool.installable(p)) good[p] = 1;
      for (const p of pool.installedIds) note(job, p);
      continue;
    }
    const candidates = job.candidates.flat();
    const untargeted = candidates.some((p) => !available(p)) || !policies.autotarget;
    const targeted = job.targeted === true || !untargeted;
    for (const p of candidates) {
      if (available(p) && (!targeted || !pool.installable(p))) continue;
      involve(p, job, targeted);
    }
  }
  return { everything, involved, good };

  function involve(p: number, job: Job, targeted: boolean): void {
    involved[p] = 1;
    if (targeted) good[p] = 1;
    for (const other of namesakes(pool, p)) {
      involved[other] = 1;
      if (available(other)) {
        if (!targeted) good[other] = 1;
        continue;
      }
      if (targeted) for (const q of obsoleters.of(other)) if (available(q)) involved[q] = 1;
      note(job, other);
    }
    if (!available(p)) {
      for (const q of obsoleters.of(p)) {
        if (!available(q)) continue;
        involved[q] = 1;
        if (!targeted) good[q] = 1;
      }
    } else if (targeted) {
      for (const old of obsoletedBy(pool, p)) {
        involved[old] = 1;
        if (available(old)) continue;
        for (const q of obsoleters.of(old)) if (available(q)) involved[q] = 1;
        note(job, old);
      }
    }
  }
}

/** Whether an installed package is one of those that may be there afterwards, or the same build as one. */
export function mayStay(pool: Pool, distupgrade: Distupgrade, p: number): boolean {
  if (distupgrade.good[p] === 1) return true;
  return namesakes(pool, p).some((other) => distupgrade.good[other] === 1 && isIdentical(pool, p, other));
}
