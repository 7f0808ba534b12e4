import {
  type Context,
  identityAt,
  nevraOf,
  type PackageTable,
  type SolveRequest,
  type Solver,
  type TableEntry,
  type Transaction,
} from '@ostrata/contract';
import {
  machineAnswers,
  RichDependencyError,
  RichDependencySizeError,
  type SolverOptions,
} from '@ostrata/package-spec';
import { solverError } from '../errors.ts';
import { FLAG } from '../native/constants.ts';
import { Library } from '../native/library.ts';
import { type Outcome, Session } from '../native/session.ts';
import { dependencyPaths, isPrimaryPath } from './file-lists.ts';
import { makeJobs, wishesOf } from './jobs.ts';
import { reasonsToLeaveOut } from './left-out.ts';
import { loadTables } from './load.ts';
import { explainProblems, together } from './problems.ts';
import { Selector } from './select.ts';

export interface LibsolvConfig extends SolverOptions {
  /** File or soname of libsolv. */
  readonly library: string;
}

/** The `solver` capability by libsolv. Versions are compared as RPM does, whatever the request says. */
export class LibsolvSolver implements Solver {
  readonly #config: LibsolvConfig;
  #library: Library | null = null;

  constructor(config: LibsolvConfig) {
    this.#config = config;
  }

  async solve(request: SolveRequest, ctx: Context): Promise<Transaction> {
    ctx.signal.throwIfAborted();
    this.#library ??= new Library(this.#config.library);
    const first = this.#attempt(request, this.#library);
    const incomplete = request.available.filter((table) => !table.filesComplete);
    if (incomplete.length === 0 || !first.needsFileLists) return first.answer();
    await Promise.all(incomplete.map((table) => table.loadFiles(ctx)));
    ctx.signal.throwIfAborted();
    return this.#attempt(request, this.#library).answer();
  }

  #attempt(request: SolveRequest, library: Library): Attempt {
    try {
      return attempt(request, this.#config, library);
    } catch (error) {
      if (error instanceof RichDependencySizeError) {
        throw solverError('SOLVER_LIBSOLV_DEPENDENCY', `${error.message}.`, {
          hint: 'Exclude the package that says so.',
          data: { dependency: error.dependency },
          cause: error,
        });
      }
      if (!(error instanceof RichDependencyError)) throw error;
      throw solverError('SOLVER_LIBSOLV_DEPENDENCY', `${error.message}.`, {
        hint: 'The package metadata is wrong: tell whoever made it, or exclude the package source.',
        data: { dependency: error.text, offset: error.offset },
        cause: error,
      });
    }
  }
}

interface Attempt {
  /** Whether the answer may hang on files that primary metadata does not list. */
  readonly needsFileLists: boolean;
  answer(): Transaction;
}

function attempt({ intent, available, installed }: SolveRequest, config: LibsolvConfig, library: Library): Attempt {
  using session = new Session(library, {
    arch: intent.arch,
    multilib: config.multilib,
    machine: machineAnswers(config.machine ?? []),
  });
  const reasons = new Map(available.map((table) => [table, reasonsToLeaveOut(intent, table)]));
  const base = installed === null ? [] : [{ table: installed, installed: true, leftOut: () => false }];
  const offered = available.map((table) => ({
    table,
    installed: false,
    leftOut: (index: number) => reasons.get(table)!(index) !== null,
  }));
  const { wishes, problems } = wishesOf(intent.install, available);
  const paths = [...wishes, ...intent.replace].map(({ spec }) => spec).filter((spec) => spec.startsWith('/'));
  const loaded = loadTables(session, [...base, ...offered], paths);
  const selector = new Selector(session, loaded);
  const reasonFor = (spec: string) => leftOutFor(spec, available, reasons);
  const jobs = makeJobs(intent, wishes, { session, selector, loaded, installonly: config.installonly, reasonFor });
  const all = [...problems, ...jobs.problems];
  const asksForFile = paths.some((path) => !isPrimaryPath(path));
  if (all.length > 0) {
    return {
      needsFileLists: asksForFile,
      answer() {
        throw together(all);
      },
    };
  }
  const outcome = session.solve(
    jobs.jobs.flatMap(({ how, what }) => [how, what]),
    { [FLAG.ALLOW_VENDORCHANGE]: 1, [FLAG.IGNORE_RECOMMENDED]: intent.weak ? 0 : 1 },
  );
  const explained = explainProblems(outcome.problems, selector);
  return {
    needsFileLists: asksForFile || namesOtherPaths(outcome, selector),
    answer() {
      if (explained.length > 0) throw together(explained);
      return transactionOf(outcome, selector, jobs.requested, jobs.skipped);
    },
  };
}

function transactionOf(
  { install, erase, weak }: Outcome,
  selector: Selector,
  requested: ReadonlySet<number>,
  skipped: Transaction['skipped'],
): Transaction {
  const reason = (id: number) => (requested.has(id) ? 'requested' : weak.has(id) ? 'weak' : 'dependency');
  return {
    install: install.map((id) => ({ ...entryOf(selector, id), reason: reason(id) })),
    remove: erase.map((id) => entryOf(selector, id)),
    skipped,
  };
}

function entryOf(selector: Selector, id: number): TableEntry {
  const { loaded, index } = selector.at(id);
  return { table: loaded.table, index };
}

/** Whether a package about which anything was decided names a path that primary metadata does not list. */
function namesOtherPaths({ decisions }: Outcome, selector: Selector): boolean {
  for (const decision of decisions) {
    const id = Math.abs(decision);
    // 1 is the machine itself.
    if (id < 2) continue;
    const { loaded, index } = selector.at(id);
    if (dependencyPaths(loaded.table, index).some((path) => !isPrimaryPath(path))) return true;
  }
  return false;
}

/** Packages of a name that stayed out of the pool, with the reasons. */
function leftOutFor(
  spec: string,
  available: readonly PackageTable[],
  reasons: ReadonlyMap<PackageTable, (index: number) => string | null>,
): { package: string; reason: string }[] {
  return available.flatMap((table) => {
    const found: { package: string; reason: string }[] = [];
    for (let i = 0; i < table.count; i++) {
      if (!spec.startsWith(table.name(i))) continue;
      const identity = identityAt(table, i);
      const means = [identity.name, `${identity.name}.${identity.arch}`, nevraOf(identity)].includes(spec);
      if (means) found.push({ package: nevraOf(identity), reason: reasons.get(table)!(i) ?? otherArch(identity.arch) });
    }
    return found;
  });
}

function otherArch(arch: string): string {
  return `it is for ${arch}`;
}
