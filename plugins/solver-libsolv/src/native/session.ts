import { solverError } from '../errors.ts';
import { DISTTYPE_RPM, FIRST_JOB_RULE, POOL_FLAG_IMPLICITOBSOLETEUSESCOLORS, REASON_WEAKDEP } from './constants.ts';
import type { Library, Pointer } from './library.ts';

export interface SessionOptions {
  /** Architecture to solve for, `x86_64`. */
  readonly arch: string;
  /** Packages of one name and different word size may be side by side. */
  readonly multilib: boolean;
  /** Whether the machine has what a dependency asks for: `language` and `de`. */
  machine?(kind: string, value: string): boolean;
}

export interface RepositoryOptions {
  /** Greater is preferred. */
  readonly priority: number;
  /** Its packages are what is installed now. */
  readonly installed: boolean;
}

/** A rule of a problem in libsolv's words. */
export interface ProblemRule {
  /** SolverRuleinfo of rules.h. */
  readonly type: number;
  /** Ids of packages, 0 for none. */
  readonly from: number;
  readonly to: number;
  readonly dependency: string | null;
  readonly text: string;
}

export interface Problem {
  /** The rule that says most, the first one; then all others of the proof. */
  readonly rules: readonly ProblemRule[];
  /** What could be done, each solution as the steps that make it. */
  readonly solutions: readonly (readonly string[])[];
}

/** Answers; packages are ids of libsolv's. */
export interface Outcome {
  readonly problems: readonly Problem[];
  /** In installation order. */
  readonly install: readonly number[];
  readonly erase: readonly number[];
  /** What was decided, in that order: positive ids come or stay, negative ones do not. */
  readonly decisions: Int32Array;
  /** New packages that nothing but a recommendation asks for. */
  readonly weak: ReadonlySet<number>;
}

/** More solutions than this help nobody. */
const MAX_SOLUTIONS = 10;

/** A pool of libsolv's with repositories; ends with `using`. */
export class Session implements Disposable {
  readonly #library: Library;
  readonly #pool: Pointer;
  readonly #forgetMachine: () => void;

  constructor(library: Library, { arch, multilib, machine }: SessionOptions) {
    this.#library = library;
    const { call } = library;
    this.#pool = call.pool_create() as Pointer;
    call.pool_setdisttype(this.#pool, DISTTYPE_RPM);
    if (arch !== '') call.pool_setarch(this.#pool, arch);
    if (multilib) call.pool_set_flag(this.#pool, POOL_FLAG_IMPLICITOBSOLETEUSESCOLORS, 1);
    this.#forgetMachine = machine === undefined ? () => {} : library.answerNamespaces(this.#pool, machine);
  }

  /** Adds the packages of a .solv file. Returns the id of the first one; the others follow. */
  addRepository(id: string, file: Buffer, options: RepositoryOptions): number {
    const { call } = this.#library;
    const repo = call.repo_create(this.#pool, id) as Pointer;
    this.#library.setRepoPriority(repo, options.priority);
    if (options.installed) call.pool_set_installed(this.#pool, repo);
    const stream = call.fmemopen(file, file.length, 'r') as Pointer | null;
    const status = stream === null ? -1 : (call.repo_add_solv(repo, stream, 0) as number);
    if (stream !== null) call.fclose(stream);
    if (status !== 0) {
      throw solverError('SOLVER_LIBSOLV_FAILED', `libsolv cannot read the packages of ${id}.`, {
        hint: 'This is a mistake in solver-libsolv or another version of libsolv than 0.7: use solver-sat.',
        data: { source: id, reason: String(call.pool_errstr(this.#pool)) },
      });
    }
    return this.#library.repoStart(repo);
  }

  /** Indexes who provides what: once, after the last repository. */
  index(): void {
    this.#library.call.pool_createwhatprovides(this.#pool);
  }

  string(text: string): number {
    return this.#library.call.pool_str2id(this.#pool, text, 1) as number;
  }

  relation(left: number, flags: number, right: number): number {
    return this.#library.call.pool_rel2id(this.#pool, left, right, flags, 1) as number;
  }

  /** The packages that a selection of a job means, of those that can be installed. */
  select(how: number, what: number): Int32Array {
    return this.#library.collect((queue) => this.#library.call.pool_job2solvables(this.#pool, queue, how, what));
  }

  /** The operand of a job that selects one of these packages. */
  oneOf(packages: readonly number[]): number {
    const { call } = this.#library;
    return this.#library.withQueue(packages, (queue) => call.pool_queuetowhatprovides(this.#pool, queue) as number);
  }

  /** Jobs are pairs of what to do (and how to select) and to what. */
  solve(jobs: readonly number[], flags: Readonly<Record<number, number>>): Outcome {
    const { call } = this.#library;
    const solver = call.solver_create(this.#pool) as Pointer;
    try {
      for (const [flag, value] of Object.entries(flags)) call.solver_set_flag(solver, Number(flag), value);
      this.#library.withQueue(jobs, (queue) => call.solver_solve(solver, queue));
      return { problems: this.#problems(solver), ...this.#answer(solver) };
    } finally {
      call.solver_free(solver);
    }
  }

  #answer(solver: Pointer): Omit<Outcome, 'problems'> {
    const library = this.#library;
    const { call } = library;
    const decisions = library.collect((queue) => call.solver_get_decisionqueue(solver, queue));
    const decided = new Set(decisions);
    const transaction = call.solver_create_transaction(solver) as Pointer;
    try {
      const erase = Array.from(library.transactionSteps(transaction)).filter((p) => !decided.has(p));
      call.transaction_order(transaction, 0);
      const install = Array.from(library.transactionSteps(transaction)).filter((p) => decided.has(p));
      const weak = new Set(install.filter((p) => this.#reason(solver, p) === REASON_WEAKDEP));
      return { install, erase, decisions, weak };
    } finally {
      call.transaction_free(transaction);
    }
  }

  #reason(solver: Pointer, p: number): number {
    return this.#library.call.solver_describe_decision(solver, p, null) as number;
  }

  #problems(solver: Pointer): Problem[] {
    const library = this.#library;
    const { call } = library;
    const count = call.solver_problem_count(solver) as number;
    return Array.from({ length: count }, (_, i) => {
      const problem = i + 1;
      const best = call.solver_findproblemrule(solver, problem) as number;
      const all = library.collect((queue) => call.solver_findallproblemrules(solver, problem, queue));
      const rules = [best, ...Array.from(all).filter((rule) => rule !== best)];
      return {
        rules: rules.map((rule) => this.#rule(solver, rule)),
        solutions: this.#solutions(solver, problem),
      };
    });
  }

  #rule(solver: Pointer, rule: number): ProblemRule {
    const { call } = this.#library;
    const [from, to, dependency] = [[0], [0], [0]];
    const type = call.solver_ruleinfo(solver, rule, from, to, dependency) as number;
    const text = call.solver_problemruleinfo2str(solver, type, from[0], to[0], dependency[0]) as string;
    return {
      type,
      from: from[0]!,
      to: to[0]!,
      dependency:
        dependency[0] === 0 || type >= FIRST_JOB_RULE ? null : (call.pool_dep2str(this.#pool, dependency[0]) as string),
      text,
    };
  }

  #solutions(solver: Pointer, problem: number): string[][] {
    const { call } = this.#library;
    const count = Math.min(call.solver_solution_count(solver, problem) as number, MAX_SOLUTIONS);
    return Array.from({ length: count }, (_, i) => {
      const steps: string[] = [];
      const [p, rp] = [[0], [0]];
      let element = 0;
      for (;;) {
        element = call.solver_next_solutionelement(solver, problem, i + 1, element, p, rp) as number;
        if (element === 0) return steps;
        steps.push(call.solver_solutionelement2str(solver, p[0], rp[0]) as string);
      }
    });
  }

  [Symbol.dispose](): void {
    this.#library.call.pool_free(this.#pool);
    this.#forgetMachine();
  }
}
