import type { Policies } from '../policy/policies.ts';
import { type ObsoleterIndex, obsoletedBy } from '../policy/updates.ts';
import { isIdentical, namesakes } from '../pool/namesakes.ts';
import type { Pool } from '../pool/pool.ts';
import { type Distupgrade, distupgradeOf } from './distupgrade.ts';
import type { Job } from './job.ts';

/** What jobs other than installing and erasing come to, by package; 1 marks. */
export interface Changes {
  readonly policies: Policies;
  /** Installed packages to update. */
  readonly update: Uint8Array;
  /** Everything installed is to be updated: nothing needs to be kept first. */
  readonly updateAll: boolean;
  /** By installed package: what it may be updated to, where jobs say so. */
  readonly targets: ReadonlyMap<number, ReadonlySet<number>>;
  /** Installed packages of which only the best update will do. */
  readonly best: Uint8Array;
  /** Installed packages whose broken dependencies are repaired. */
  readonly repair: Uint8Array;
  /** Installed packages that may go. */
  readonly mayGo: Uint8Array;
  /** Installed packages whose update may leave others without use. */
  readonly cleandeps: ReadonlySet<number>;
  readonly distupgrade: Distupgrade | null;
  /** Greater is more favoured, below 0 shunned; null when no job says anything. */
  readonly favor: Int32Array | null;
  /** Packages that never come in as a recommendation. */
  readonly notWeak: Uint8Array | null;
  /** Installed packages that are not kept when no repository has them. */
  readonly dropOrphan: Uint8Array;
  /** Dependencies about the machine, or strings of their kinds, that jobs install for: what supplements them is new. */
  readonly namespaces: ReadonlySet<number>;
}

/** Reads what jobs say. */
export function changesOf(pool: Pool, jobs: readonly Job[], policies: Policies, obsoleters: ObsoleterIndex): Changes {
  const marks = () => new Uint8Array(pool.count);
  const update = marks();
  const best = marks();
  const repair = marks();
  const mayGo = marks();
  const dropOrphan = marks();
  const targets = new Map<number, Set<number>>();
  const cleandeps = new Set<number>();
  let updateAll = false;
  const note = (job: Job, p: number) => {
    if (job.best) best[p] = 1;
    if (job.cleandeps === true) cleandeps.add(p);
  };
  for (const job of jobs) {
    const candidates = job.candidates.flat();
    const installed = candidates.filter((p) => pool.installed[p] === 1);
    if (job.kind === 'verify') for (const p of installed) repair[p] = 1;
    if (job.kind === 'allow-uninstall') for (const p of installed) mayGo[p] = 1;
    if (job.kind === 'drop-orphaned') for (const p of installed) dropOrphan[p] = 1;
    if (job.kind !== 'update') continue;
    if (job.everything === true) updateAll = true;
    const targeted = job.targeted === true || (installed.length === 0 && policies.autotarget);
    if (!targeted) {
      for (const p of installed) {
        update[p] = 1;
        note(job, p);
      }
      continue;
    }
    for (const p of candidates) {
      for (const [old, to] of targetsOf(pool, p)) {
        update[old] = 1;
        targets.set(old, (targets.get(old) ?? new Set()).add(to));
        if (pool.installed[p] === 0) note(job, old);
      }
    }
  }
  const distupgrade = distupgradeOf(pool, jobs, policies, obsoleters, note);
  if (distupgrade !== null) {
    updateAll ||= distupgrade.everything;
    for (const p of pool.installedIds) if (distupgrade.involved[p] === 1) update[p] = 1;
  }
  return {
    policies,
    update,
    updateAll,
    targets,
    best,
    repair,
    mayGo,
    cleandeps,
    distupgrade,
    favor: favorOf(pool, jobs),
    notWeak: notWeakOf(pool, jobs),
    dropOrphan,
    namespaces: new Set(jobs.flatMap((job) => (job.kind === 'install' ? (job.namespace ?? []) : []))),
  };
}

/** Pairs of an installed package and what it may be updated to, for a package that an update is targeted to. */
function targetsOf(pool: Pool, p: number): [number, number][] {
  const same = (old: number) => pool.name[old] === pool.name[p] && pool.sameColor(p, old);
  if (pool.installed[p] === 1) {
    return namesakes(pool, p)
      .filter((old) => pool.installed[old] === 1 && same(old))
      .map((old) => [old, p]);
  }
  const others = obsoletedBy(pool, p).filter((old) => pool.name[old] !== pool.name[p]);
  const replaced = [...namesakes(pool, p).filter(same), ...others].filter((old) => pool.installed[old] === 1);
  const identical = replaced.find((old) => same(old) && isIdentical(pool, old, p));
  return replaced.flatMap((old): [number, number][] => [
    [old, p],
    ...(identical === undefined ? [] : [[old, identical] as [number, number]]),
  ]);
}

function favorOf(pool: Pool, jobs: readonly Job[]): Int32Array | null {
  if (!jobs.some((job) => job.kind === 'favor' || job.kind === 'disfavor')) return null;
  const favor = new Int32Array(pool.count);
  for (const [i, job] of jobs.entries()) {
    if (job.kind !== 'favor' && job.kind !== 'disfavor') continue;
    for (const p of job.candidates.flat()) favor[p] = job.kind === 'favor' ? i + 1 : -(i + 1);
  }
  return favor;
}

function notWeakOf(pool: Pool, jobs: readonly Job[]): Uint8Array | null {
  const excluded = jobs.filter((job) => job.kind === 'exclude-weak').flatMap((job) => job.candidates.flat());
  if (excluded.length === 0) return null;
  const marks = new Uint8Array(pool.count);
  for (const p of excluded) marks[p] = 1;
  return marks;
}
