import { obsoletes } from '../../../plugins/solver-sat/src/policy/updates.ts';
import type { Job } from '../../../plugins/solver-sat/src/rules/job.ts';
import { BECAUSE_WEAK, inRange, type SatState } from '../../../plugins/solver-sat/src/sat/state.ts';
import { solve } from '../../../plugins/solver-sat/src/solve/solve.ts';
import type { Goal } from './jobs.ts';
import { nevraWithEpoch, type Package } from './repository.ts';
import { type Reason, stronger } from './system.ts';
import { leftOutBefore } from './weak-exclusions.ts';

/** A package that comes, with the installed ones it takes the place of. */
export interface Incoming {
  readonly pkg: Package;
  readonly from: string;
  readonly action: string;
  readonly reason: Reason;
}

/** An answer of the solver in dnf's words. */
export interface Transaction {
  readonly incoming: readonly Incoming[];
  /** Indexes into the installed packages. */
  readonly outgoing: readonly { readonly index: number; readonly action: string | null }[];
  readonly demoted: readonly number[];
  readonly promoted: readonly number[];
}

/** Asks the solver as dnf does (libdnf5, rpm/solv/goal_private.cpp). Null when there are problems. */
export function solveGoal(goal: Goal): Transaction | null {
  const { universe, settings } = goal;
  const { pool } = universe;
  const multiversion = new Uint8Array(pool.count);
  const installonly = settings.list('installonlypkgs');
  for (const p of universe.all) {
    const { name, relations } = universe.packages[p]!;
    if (installonly.includes(name) || relations.provides.some((relation) => installonly.includes(relation.name)))
      multiversion[p] = 1;
  }
  const jobs = [...goal.jobs, ...standingJobs(goal)];
  const run = () =>
    solve(pool, jobs, {
      weak: settings.is('install_weak_deps'),
      policies: {
        update: {
          downgrade: settings.is('allow_downgrade'),
          archChange: false,
          vendorChange: settings.is('allow_vendor_change'),
          nameChange: true,
        },
        distupgrade: {
          downgrade: true,
          archChange: true,
          vendorChange: settings.is('allow_vendor_change'),
          nameChange: true,
        },
        keepOrphans: true,
        bestObeysPolicy: true,
        allObsoleters: true,
        focus: 'new',
      },
      ...(multiversion.includes(1) ? { multiversion } : {}),
    });
  let state = run();
  if (state.problems.length > 0) return null;
  const limit = installonlyJobs(goal, state, multiversion);
  if (limit.length > 0) {
    jobs.push(...limit, ...allowErasing(goal));
    state = run();
    if (state.problems.length > 0) return null;
  }
  return describe(goal, state, multiversion);
}

function job(kind: Job['kind'], candidates: readonly number[]): Job {
  return { kind, spec: kind, candidates: [candidates], weak: false, best: false, anyArch: true, anyVersion: true };
}

function standingJobs(goal: Goal): Job[] {
  const { universe, settings } = goal;
  const jobs: Job[] = [];
  const installed = universe.all.filter((p) => universe.isInstalled(p));
  const wanted = installed.filter((p) => goal.isWanted(p) || !universe.isVisible(p));
  if (wanted.length > 0) jobs.push(job('keep', wanted));
  if (goal.allowErasing) jobs.push(...allowErasing(goal));
  const notWeak = settings.list('exclude_from_weak').flatMap((spec) => universe.find(spec)?.packages ?? []);
  if (settings.is('exclude_from_weak_autodetect')) notWeak.push(...leftOutBefore(universe));
  if (notWeak.length > 0) jobs.push(job('exclude-weak', notWeak));
  return jobs;
}

function allowErasing({ universe }: Goal): Job[] {
  const installed = universe.visible.filter((p) => universe.isInstalled(p));
  return installed.length > 0 ? [job('allow-uninstall', installed)] : [];
}

/** When there are more versions of a package than the limit, the oldest go. */
function installonlyJobs(goal: Goal, state: SatState, multiversion: Uint8Array): Job[] {
  const { universe, settings } = goal;
  const limit = Number(settings.text('installonly_limit'));
  if (!(limit > 0)) return [];
  const jobs: Job[] = [];
  const marked = universe.all.filter((p) => multiversion[p] === 1);
  for (const [name, list] of Map.groupBy(marked, (p) => universe.name(p))) {
    const present = list.filter((p) => state.level[p]! > 0);
    if (present.length <= limit) continue;
    const rank = (p: number) => (universe.isInstalled(p) ? 1 : 0);
    present.sort((a, b) => rank(a) - rank(b) || universe.compare(b, a));
    const others = marked.filter((p) => universe.name(p) === name && state.level[p]! <= 0 && !universe.isInstalled(p));
    for (const p of [...others, ...present.slice(limit)]) {
      jobs.push(job('erase', [p]));
      goal.erased.add(p);
    }
    for (const p of present.slice(0, limit)) jobs.push(job('install', [p]));
  }
  return jobs;
}

function describe(goal: Goal, state: SatState, multiversion: Uint8Array): Transaction {
  const { universe, system } = goal;
  const { pool } = universe;
  const coming = universe.all.filter((p) => !universe.isInstalled(p) && state.level[p]! > 0);
  const leaving = universe.all.filter((p) => universe.isInstalled(p) && state.level[p]! <= 0);
  const weak = weakOf(state);
  const taken = new Map<number, 'same' | 'other'>();
  const incoming = coming.map((p): Incoming => {
    const same = leaving.filter(
      (q) => universe.name(q) === universe.name(p) && multiversion[p] === 0 && pool.sameColor(p, q),
    );
    const others = leaving.filter((q) => universe.name(q) !== universe.name(p) && obsoletes(pool, p, q));
    const equal = leaving.filter((q) => multiversion[p] === 1 && pool.text(q) === pool.text(p));
    for (const q of others) if (!taken.has(q)) taken.set(q, 'other');
    for (const q of [...same, ...equal]) taken.set(q, 'same');
    const old = [...same, ...equal];
    let reason: Reason = 'dependency';
    let action = 'install';
    if (old.length === 0) {
      reason = goal.asked.has(p) ? 'user' : goal.grouped.has(p) ? 'group' : weak.has(p) ? 'weak' : 'dependency';
      if (isKnown(goal, p)) reason = stronger(reason, system.reasonOf(universe.packages[p]!));
    } else {
      const order = Math.sign(universe.compare(p, old[0]!));
      action = order > 0 ? 'upgrade' : order < 0 ? 'downgrade' : 'reinstall';
    }
    for (const q of [...old, ...others]) reason = stronger(reason, system.reasonOf(universe.packages[q]!));
    return { pkg: universe.packages[p]!, from: universe.repos[p]!, action, reason };
  });
  return {
    incoming,
    outgoing: leaving.map((p) => {
      const why = taken.get(p);
      const removed = goal.erased.has(p) ? 'remove' : state.unneeded?.[p] === 1 ? 'remove-unused' : 'remove-dep';
      return { index: p - 2, action: why === 'same' ? null : why === 'other' ? 'obsoleted' : removed };
    }),
    demoted: [...goal.demoted].map((p) => p - 2),
    promoted: [...goal.promoted].map((p) => p - 2),
  };
}

/** Whether another version of a package is installed and stays. */
function isKnown({ universe }: Goal, p: number): boolean {
  const { pool } = universe;
  return Array.from(pool.installedIds).some((q) => pool.name[q] === pool.name[p] && pool.arch[q] === pool.arch[p]);
}

function weakOf(state: SatState): Set<number> {
  const weak = new Set<number>();
  for (let i = 0; i < state.queue.length; i++) {
    const p = state.queue.at(i);
    const free = state.why.at(i) <= 0 && !inRange(state.jobRules, -state.why.at(i));
    if (p > 0 && free && state.reasons.at(state.level[p]!) === BECAUSE_WEAK) weak.add(p);
  }
  return weak;
}

/** Rows of the table that dnf would print. */
export function rowsOf(goal: Goal, { incoming, outgoing, demoted, promoted }: Transaction): [string, string][] {
  const { system } = goal;
  const suffix: Record<Reason, string> = { user: '', external: '', group: '-group', weak: '-weak', dependency: '-dep' };
  const rows = incoming.map(({ pkg, action, reason }): [string, string] => [
    action === 'install' ? `install${suffix[reason]}` : action,
    nevraWithEpoch(pkg),
  ]);
  for (const { index, action } of outgoing) {
    if (action !== null) rows.push([action, nevraWithEpoch(system.installed[index]!.pkg)]);
  }
  for (const index of [...demoted, ...promoted]) {
    rows.push(['changing-reason', nevraWithEpoch(system.installed[index]!.pkg)]);
  }
  return rows;
}
