import type { Context, PackageTable, SolveRequest, Solver, TableEntry, Transaction } from '@ostrata/contract';
import { type HostError, isHostError, type PackageReason } from '@ostrata/contract';
import { machineAnswers, nameMatcher, type SolverOptions } from '@ostrata/package-spec';
import { solverError } from '../errors.ts';
import { explainProblems } from '../explain/explain.ts';
import type { Obstacles } from '../explain/obstacles.ts';
import { installationOrder } from '../order/order.ts';
import { SAFE_UPDATE } from '../policy/policies.ts';
import { ArchPolicy } from '../pool/arch.ts';
import { PoolBuilder } from '../pool/builder.ts';
import { SYSTEM } from '../pool/columns.ts';
import type { Pool } from '../pool/pool.ts';
import { RichDependencyError } from '../pool/rich-dependency.ts';
import type { Job } from '../rules/job.ts';
import { NormalFormError } from '../rules/normal-form.ts';
import { BECAUSE_WEAK, inRange, type SatState } from '../sat/state.ts';
import { solve } from '../solve/solve.ts';
import { exclusionsOf } from './exclusions.ts';
import { needsFileLists } from './file-lists.ts';
import { type Jobs, makeJobs, readWishes } from './jobs.ts';
import { packagesLeftOut } from './left-out.ts';
import { baseOf, type LoadedTable, loadTable } from './load.ts';

export type SolverConfig = SolverOptions;

/** The `solver` capability: loads tables into a pool, turns the intent into jobs, searches, explains or orders. */
export class SatSolver implements Solver {
  readonly #config: SolverConfig;

  constructor(config: SolverConfig) {
    this.#config = config;
  }

  async solve(request: SolveRequest, ctx: Context): Promise<Transaction> {
    const first = this.#attempt(request, ctx);
    const incomplete = request.available.filter((table) => !table.filesComplete);
    if (incomplete.length === 0 || !needsFileLists(first.pool, first.wanted, first.state)) return first.answer();
    await Promise.all(incomplete.map((table) => table.loadFiles(ctx)));
    return this.#attempt(request, ctx).answer();
  }

  #attempt(request: SolveRequest, ctx: Context): Attempt {
    try {
      return attempt(request, this.#config, ctx);
    } catch (error) {
      throw isHostError(error) ? error : dependencyError(error);
    }
  }
}

interface Attempt {
  readonly pool: Pool;
  /** Null when the request itself is at fault. */
  readonly state: SatState | null;
  /** Dependencies that the request names. */
  readonly wanted: readonly number[];
  answer(): Transaction;
}

function attempt(request: SolveRequest, config: SolverConfig, ctx: Context): Attempt {
  const { intent, available, installed, compare } = request;
  const builder = new PoolBuilder(baseOf(installed === null ? available : [installed, ...available]));
  const loaded: LoadedTable[] = [];
  if (installed !== null) loaded.push(loadTable(builder, installed, true));
  const offered = available.map((table) => loadTable(builder, table, false));
  loaded.push(...offered);
  const wishes = readWishes(builder, intent, available);
  const { marks, reasons } = exclusionsOf(intent, offered, builder.count);
  const hasMachine = machineAnswers(config.machine ?? []);
  const pool = builder.build(new ArchPolicy(intent.arch), {
    multilib: config.multilib,
    compareVersions: compare,
    excluded: marks,
    namespaces: (kind, value) => (hasMachine(kind, value) ? [SYSTEM] : []),
  });
  const obstacles: Obstacles = { excluded: reasons, leftOut: packagesLeftOut(available, compare) };
  const jobs = makeJobs(pool, wishes, obstacles);
  const wanted = [...wishes.install, ...wishes.replace].map(({ dependency }) => dependency);
  if (jobs.problems.length > 0) {
    return {
      pool,
      state: null,
      wanted,
      answer: () => {
        throw together(jobs.problems);
      },
    };
  }
  const multiversion = installonly(pool, config.installonly);
  const state = solve(pool, jobs.jobs, {
    weak: intent.weak,
    // As libdnf has it: builds of other vendors are updates as well.
    policies: { update: { ...SAFE_UPDATE, vendorChange: true } },
    signal: ctx.signal,
    ...(multiversion === null ? {} : { multiversion }),
  });
  return { pool, state, wanted, answer: () => answerOf(state, jobs, loaded, obstacles) };
}

function installonly(pool: Pool, patterns: readonly string[]): Uint8Array | null {
  if (patterns.length === 0) return null;
  const matchers = patterns.map(nameMatcher);
  const marks = new Uint8Array(pool.count);
  for (let p = 2; p < pool.count; p++) {
    const name = pool.strings.text(pool.name[p]!);
    if (matchers.some((matches) => matches(name))) marks[p] = 1;
  }
  return marks;
}

function answerOf(state: SatState, jobs: Jobs, loaded: readonly LoadedTable[], obstacles: Obstacles): Transaction {
  if (state.problems.length > 0) throw together(explainProblems(state, jobs.jobs, obstacles));
  const { pool } = state;
  const chosen: number[] = [];
  for (let p = 2; p < pool.count; p++) if (state.level[p]! > 0 && pool.installed[p] === 0) chosen.push(p);
  const why = reasonsFor(state, jobs.jobs);
  const gone = Array.from(pool.installedIds).filter((p) => state.level[p]! < 0);
  return {
    install: installationOrder(pool, chosen).map((p) => ({ ...entryOf(loaded, p), reason: why(p) })),
    remove: gone.map((p) => entryOf(loaded, p)),
    skipped: jobs.skipped,
  };
}

function entryOf(loaded: readonly LoadedTable[], p: number): TableEntry {
  const { table, first } = loaded.findLast((candidate) => candidate.first <= p) as {
    table: PackageTable;
    first: number;
  };
  return { table, index: p - first };
}

/** Requested: a request means it. Weak: it, or what needs it, came in as a recommendation. Dependency: anything else. */
function reasonsFor(state: SatState, jobs: readonly Job[]): (p: number) => PackageReason {
  const requested = new Set<number>();
  for (const job of jobs) if (job.kind === 'install') for (const p of job.candidates.flat()) requested.add(p);
  const weak = new Set<number>();
  for (let i = 0; i < state.queue.length; i++) {
    const p = state.queue.at(i);
    const free = state.why.at(i) <= 0 && !inRange(state.jobRules, -state.why.at(i));
    if (p > 0 && free && state.reasons.at(state.level[p]!) === BECAUSE_WEAK) weak.add(p);
  }
  return (p) => (requested.has(p) ? 'requested' : weak.has(p) ? 'weak' : 'dependency');
}

function together(problems: readonly HostError[]): HostError {
  const sole = problems[0];
  if (problems.length === 1 && sole !== undefined) {
    return solverError('SOLVER_PROBLEM', sole.message, { hint: sole.hint ?? '', data: sole.data, problems });
  }
  return solverError('SOLVER_PROBLEM', `${problems.length} things stand in the way of what was asked for.`, {
    hint: 'See the problems one by one.',
    problems,
  });
}

function dependencyError(error: unknown): unknown {
  if (error instanceof RichDependencyError) {
    return solverError('SOLVER_DEPENDENCY', `${error.message}.`, {
      hint: 'The package metadata is wrong: tell whoever made it, or exclude the package source.',
      data: { dependency: error.text, offset: error.offset },
      cause: error,
    });
  }
  if (error instanceof NormalFormError) {
    return solverError('SOLVER_DEPENDENCY', `${error.message}.`, {
      hint: 'Exclude the package that says so.',
      data: { dependency: error.dependency },
      cause: error,
    });
  }
  return error;
}
