import koffi, { type LibraryHandle } from 'koffi';
import { solverError } from '../errors.ts';

// What this plugin calls in libsolv 0.7 (pool.h, repo.h, repo_solv.h, solver.h, transaction.h, problems.h, queue.h) and in the C library.
// Nothing else declares a prototype. libsolvext is never loaded: it brings zlib and zstd, whose symbols Node has as well.

/** `Queue` of queue.h. */
const Queue = koffi.struct({ elements: 'int *', count: 'int', alloc: 'int *', left: 'int' });
/** The public beginning of `Repo` in repo.h. */
const Repo = koffi.struct({
  name: 'void *',
  repoid: 'int',
  appdata: 'void *',
  pool: 'void *',
  start: 'int',
  end: 'int',
  nsolvables: 'int',
  disabled: 'int',
  priority: 'int',
});
/** The public beginning of `Transaction` in transaction.h. */
const Transaction = koffi.struct({ pool: 'void *', steps: Queue });

/** What `pool_setnamespacecallback` of pool.h takes: 0 for nobody, 1 for the system, or a list of packages. */
const NamespaceCallback = koffi.proto('int NamespaceCallback(void *pool, void *data, int name, int value)');

/** A pointer to something of libsolv's. */
export type Pointer = bigint & { readonly pointer?: never };

function prototypes(libsolv: LibraryHandle) {
  const libc = koffi.load(null);
  return {
    pool_create: libsolv.func('void *pool_create()'),
    pool_free: libsolv.func('void pool_free(void *pool)'),
    pool_setdisttype: libsolv.func('int pool_setdisttype(void *pool, int type)'),
    pool_setarch: libsolv.func('void pool_setarch(void *pool, const char *arch)'),
    pool_set_flag: libsolv.func('int pool_set_flag(void *pool, int flag, int value)'),
    pool_set_installed: libsolv.func('void pool_set_installed(void *pool, void *repo)'),
    pool_createwhatprovides: libsolv.func('void pool_createwhatprovides(void *pool)'),
    pool_str2id: libsolv.func('int pool_str2id(void *pool, const char *text, int create)'),
    pool_rel2id: libsolv.func('int pool_rel2id(void *pool, int left, int right, int flags, int create)'),
    pool_id2str: libsolv.func('const char *pool_id2str(void *pool, int id)'),
    pool_setnamespacecallback: libsolv.func(
      'void pool_setnamespacecallback(void *pool, NamespaceCallback *callback, void *data)',
    ),
    pool_dep2str: libsolv.func('const char *pool_dep2str(void *pool, int id)'),
    pool_queuetowhatprovides: libsolv.func('int pool_queuetowhatprovides(void *pool, void *queue)'),
    pool_job2solvables: libsolv.func('void pool_job2solvables(void *pool, void *queue, int how, int what)'),
    pool_errstr: libsolv.func('const char *pool_errstr(void *pool)'),
    repo_create: libsolv.func('void *repo_create(void *pool, const char *name)'),
    repo_add_solv: libsolv.func('int repo_add_solv(void *repo, void *file, int flags)'),
    solver_create: libsolv.func('void *solver_create(void *pool)'),
    solver_free: libsolv.func('void solver_free(void *solver)'),
    solver_set_flag: libsolv.func('int solver_set_flag(void *solver, int flag, int value)'),
    solver_solve: libsolv.func('int solver_solve(void *solver, void *jobs)'),
    solver_get_decisionqueue: libsolv.func('void solver_get_decisionqueue(void *solver, void *queue)'),
    solver_describe_decision: libsolv.func('int solver_describe_decision(void *solver, int id, int *info)'),
    solver_create_transaction: libsolv.func('void *solver_create_transaction(void *solver)'),
    transaction_order: libsolv.func('void transaction_order(void *transaction, int flags)'),
    transaction_free: libsolv.func('void transaction_free(void *transaction)'),
    solver_problem_count: libsolv.func('unsigned int solver_problem_count(void *solver)'),
    solver_findallproblemrules: libsolv.func('void solver_findallproblemrules(void *solver, int problem, void *queue)'),
    solver_findproblemrule: libsolv.func('int solver_findproblemrule(void *solver, int problem)'),
    solver_ruleinfo: libsolv.func(
      'int solver_ruleinfo(void *solver, int rule, _Out_ int *from, _Out_ int *to, _Out_ int *dependency)',
    ),
    solver_problemruleinfo2str: libsolv.func(
      'const char *solver_problemruleinfo2str(void *solver, int type, int from, int to, int dependency)',
    ),
    solver_solution_count: libsolv.func('unsigned int solver_solution_count(void *solver, int problem)'),
    solver_next_solutionelement: libsolv.func(
      'int solver_next_solutionelement(void *solver, int problem, int solution, int element, _Out_ int *p, _Out_ int *rp)',
    ),
    solver_solutionelement2str: libsolv.func('const char *solver_solutionelement2str(void *solver, int p, int rp)'),
    queue_init: libsolv.func('void queue_init(void *queue)'),
    queue_insertn: libsolv.func('void queue_insertn(void *queue, int position, int count, const int *elements)'),
    queue_free: libsolv.func('void queue_free(void *queue)'),
    fmemopen: libc.func('void *fmemopen(void *buffer, size_t size, const char *mode)'),
    fclose: libc.func('int fclose(void *file)'),
  };
}

/** The functions of libsolv, and the members of its structures that have none. */
export class Library {
  readonly call: ReturnType<typeof prototypes>;
  readonly #symbols: LibraryHandle;

  /** @throws HostError SOLVER_LIBSOLV_ABSENT */
  constructor(path: string) {
    try {
      this.#symbols = koffi.load(path);
      this.call = prototypes(this.#symbols);
    } catch (cause) {
      throw solverError('SOLVER_LIBSOLV_ABSENT', `The library ${path} cannot be loaded.`, {
        hint: 'Install libsolv (libsolv1 on Debian, libsolv on Fedora), name its file as "library" of solver-libsolv, or use solver-sat.',
        data: { library: path },
        cause,
      });
    }
  }

  /** Its version as three numbers. */
  version(): [number, number, number] {
    const number = (part: string) => koffi.decode(this.#symbols.symbol(`solv_version_${part}`), 'int') as number;
    return [number('major'), number('minor'), number('patch')];
  }

  /** Id of the first package of a repository. */
  repoStart(repo: Pointer): number {
    return koffi.decode(repo, koffi.offsetof(Repo, 'start'), 'int') as number;
  }

  /** Greater is preferred. */
  setRepoPriority(repo: Pointer, priority: number): void {
    koffi.encode(repo, koffi.offsetof(Repo, 'priority'), 'int', priority);
  }

  repoPriority(repo: Pointer): number {
    return koffi.decode(repo, koffi.offsetof(Repo, 'priority'), 'int') as number;
  }

  /** Lets a pool ask about the machine. Returns what ends that, for when the pool is gone. */
  answerNamespaces(pool: Pointer, has: (kind: string, value: string) => boolean): () => void {
    const text = (id: number) => String(this.call.pool_id2str(pool, id));
    const answer = (_pool: unknown, _data: unknown, name: number, value: number) =>
      // Relations have the upper bit: only names are asked for.
      value >= 0 && has(text(name).replace(/^namespace:/, ''), text(value)) ? 1 : 0;
    const callback = koffi.register(answer, koffi.pointer(NamespaceCallback));
    this.call.pool_setnamespacecallback(pool, callback, null);
    return () => koffi.unregister(callback);
  }

  transactionSteps(transaction: Pointer): Int32Array {
    return this.#queue(koffi.decode(transaction, koffi.offsetof(Transaction, 'steps'), Queue) as QueueValue);
  }

  /** Hands a queue with these elements to `use` and gives what `use` returns, or by `read` what is in the queue then. */
  withQueue<T>(elements: readonly number[], use: (queue: Buffer) => T): T {
    const queue = Buffer.alloc(koffi.sizeof(Queue));
    this.call.queue_init(queue);
    try {
      if (elements.length > 0) this.call.queue_insertn(queue, 0, elements.length, Int32Array.from(elements));
      return use(queue);
    } finally {
      this.call.queue_free(queue);
    }
  }

  /** What a function puts into an empty queue. */
  collect(fill: (queue: Buffer) => void): Int32Array {
    return this.withQueue([], (queue) => {
      fill(queue);
      return this.#queue(koffi.decode(queue, Queue) as QueueValue);
    });
  }

  #queue({ elements, count }: QueueValue): Int32Array {
    return count === 0 ? new Int32Array(0) : new Int32Array(koffi.view(elements, count * 4)).slice();
  }
}

interface QueueValue {
  readonly elements: unknown;
  readonly count: number;
}
