import { FLAG, JOB, OPTION, SELECT } from '../../../../plugins/solver-libsolv/src/native/constants.ts';
import type { Library } from '../../../../plugins/solver-libsolv/src/native/library.ts';
import { Session } from '../../../../plugins/solver-libsolv/src/native/session.ts';
import { loadTables } from '../../../../plugins/solver-libsolv/src/request/load.ts';
import { SAFE_UPDATE } from '../../../../plugins/solver-sat/src/policy/policies.ts';
import { ArchPolicy } from '../../../../plugins/solver-sat/src/pool/arch.ts';
import { PoolBuilder } from '../../../../plugins/solver-sat/src/pool/builder.ts';
import { loadTable } from '../../../../plugins/solver-sat/src/request/load.ts';
import type { JobKind } from '../../../../plugins/solver-sat/src/rules/job.ts';
import { solve } from '../../../../plugins/solver-sat/src/solve/solve.ts';
import { compare, nevraAt, type TestPackage, table } from '../../solver-sat/support/tables.ts';
import { jobsOf, type Universe, type Wish } from '../../solver-sat/support/universes.ts';

/** A universe whose available packages come from several repositories. */
export interface World extends Universe {
  /** Smaller is preferred; package `i` of `available` comes from repository `i % priorities.length`. */
  readonly priorities: readonly number[];
  readonly strictPriority: boolean;
}

export interface Answer {
  /** Whether there are problems; the rest is what can be had in spite of them. */
  readonly problems: boolean;
  readonly install: readonly string[];
  readonly kept: readonly string[];
}

/** Whether this version of libsolv keeps installed packages before it replaces others. */
export function keepsFirst(library: Library): boolean {
  const [major, minor, patch] = library.version();
  return major > 0 || minor > 7 || (minor === 7 && patch >= 29);
}

function tablesOf({ installed, available, priorities }: World) {
  // libsolv tells builds apart by a sum of what they require, in which a dependency that is there twice counts as none.
  const once = ({ nevra, relations }: TestPackage): TestPackage => {
    const lists = Object.entries(relations ?? {}).map(([kind, list]) => [kind, [...new Set(list)]]);
    return { nevra, relations: Object.fromEntries(lists) };
  };
  const from = (repository: number): TestPackage[] =>
    available.filter((_, i) => i % priorities.length === repository).map(once);
  return [
    { table: table(installed.map(once), { source: '@installed' }), installed: true, leftOut: () => false },
    ...priorities.map((priority, i) => ({
      table: table(from(i), { source: `r${i}`, priority }),
      installed: false,
      leftOut: () => false,
    })),
  ];
}

const FLAGS = {
  uninstall: FLAG.ALLOW_UNINSTALL,
  keepOrphans: FLAG.KEEP_ORPHANS,
  bestObeysPolicy: FLAG.BEST_OBEY_POLICY,
  allObsoleters: FLAG.YUM_OBSOLETES,
  installUpdates: FLAG.INSTALL_ALSO_UPDATES,
  weakOfInstalled: FLAG.ADD_ALREADY_RECOMMENDED,
  inferiorArch: FLAG.NO_INFARCHCHECK,
};
const KINDS: Partial<Record<JobKind, number>> = {
  install: JOB.INSTALL,
  erase: JOB.ERASE,
  update: JOB.UPDATE,
  distupgrade: JOB.DISTUPGRADE,
  verify: JOB.VERIFY,
  lock: JOB.LOCK,
  favor: JOB.FAVOR,
  disfavor: JOB.DISFAVOR,
  blacklist: JOB.BLACKLIST,
  multiversion: JOB.MULTIVERSION,
  'allow-uninstall': JOB.ALLOWUNINSTALL,
  'exclude-weak': JOB.EXCLUDEFROMWEAK,
  'drop-orphaned': JOB.DROP_ORPHANED,
  keep: JOB.USERINSTALLED,
  weaken: JOB.WEAKENDEPS,
};

export function libsolvAnswers(library: Library, world: World): Answer {
  using session = new Session(library, { arch: 'x86_64', multilib: true });
  const loaded = loadTables(session, tablesOf(world), []);
  const named = (kind: number, name: string) => [kind | SELECT.NAME, session.string(name)];
  const wished = ({ kind, name, best, weak, cleandeps }: Wish) => {
    const how =
      KINDS[kind]! |
      (best ? OPTION.FORCEBEST : 0) |
      (weak ? OPTION.WEAK : 0) |
      (cleandeps && kind === 'erase' ? OPTION.CLEANDEPS : 0);
    // Requirements of single packages give way.
    if (kind === 'weaken') {
      const packages = session.select(SELECT.NAME, session.string(name!));
      return Array.from(packages).flatMap((p) => [how | SELECT.SOLVABLE, p]);
    }
    return name === null ? [how | SELECT.ALL, 0] : named(how, name);
  };
  const jobs = [
    ...world.install.filter((name) => !world.erase.includes(name)).flatMap((name) => named(JOB.INSTALL, name)),
    ...world.erase.flatMap((name) => named(JOB.ERASE, name)),
    ...(world.wishes ?? []).flatMap(wished),
  ];
  const flags: Record<number, number> = {
    [FLAG.ALLOW_VENDORCHANGE]: 1,
    [FLAG.IGNORE_RECOMMENDED]: world.weak ? 0 : 1,
    [FLAG.STRICT_REPO_PRIORITY]: world.strictPriority ? 1 : 0,
  };
  for (const [policy, flag] of Object.entries(FLAGS)) {
    flags[flag] = world.policies?.[policy as keyof typeof world.policies] === true ? 1 : 0;
  }
  const { problems, decisions } = session.solve(jobs, flags);
  const text = (p: number) => {
    const { table: from, indexes, first } = loaded.findLast((one) => one.first <= p && one.indexes.length > 0)!;
    return nevraAt(from, indexes[p - first]!);
  };
  const chosen = Array.from(decisions).filter((p) => p > 1);
  const isInstalled = (p: number) => p < loaded[0]!.first + loaded[0]!.indexes.length;
  return {
    problems: problems.length > 0,
    install: chosen
      .filter((p) => !isInstalled(p))
      .map(text)
      .sort(),
    kept: chosen.filter(isInstalled).map(text).sort(),
  };
}

/** What solver-sat answers; `keepFirst` as libsolv does it in the version at hand. */
export function ownAnswers(world: World, keepFirst: boolean): Answer {
  const builder = new PoolBuilder();
  for (const { table: one, installed } of tablesOf(world)) loadTable(builder, one, installed);
  const pool = builder.build(new ArchPolicy('x86_64'), { multilib: true, compareVersions: compare });
  const jobs = jobsOf(pool, world);
  const multiversion = new Uint8Array(pool.count);
  for (const job of jobs) if (job.kind === 'multiversion') for (const p of job.candidates.flat()) multiversion[p] = 1;
  const state = solve(pool, jobs, {
    weak: world.weak,
    policies: {
      ...world.policies,
      keepFirst,
      strictPriority: world.strictPriority,
      update: { ...SAFE_UPDATE, vendorChange: true },
    },
    ...(multiversion.includes(1) ? { multiversion } : {}),
  });
  const install: string[] = [];
  const kept: string[] = [];
  for (let p = 2; p < pool.count; p++)
    if (state.level[p]! > 0) (pool.installed[p] === 1 ? kept : install).push(pool.text(p));
  return { problems: state.problems.length > 0, install: install.sort(), kept: kept.sort() };
}
