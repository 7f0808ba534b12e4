import { getCompileCacheDir } from 'node:module';
import { Worker } from 'node:worker_threads';
import { type Reply, type Task, type TaskResults, unpackError, type WorkerSetup } from './protocol.ts';

const WORKER_MODULE = new URL(import.meta.url.endsWith('.ts') ? './entry.ts' : './entry.js', import.meta.url);

/** Young objects die fast in this work; V8 would give each thread three times this by default. */
const YOUNG_MEGABYTES = 16;

interface Job {
  readonly task: Task;
  readonly transfer: readonly ArrayBuffer[];
  resolve(result: TaskResults[keyof TaskResults]): void;
  reject(error: unknown): void;
}

/** Worker threads that do bulk work of a repository, each with synchronous calls; tasks wait for the next free one. */
export class WorkerPool implements AsyncDisposable {
  readonly #workers: Worker[] = [];
  readonly #idle: Worker[] = [];
  readonly #queue: Job[] = [];
  readonly #running = new Map<Worker, Job>();

  constructor(setup: WorkerSetup, count: number) {
    for (let number = 0; number < count; number++) {
      const worker = new Worker(WORKER_MODULE, {
        workerData: { ...setup, compileCache: getCompileCacheDir() ?? null },
        resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
      });
      worker.on('message', (reply: Reply) => this.#finish(worker, reply));
      worker.on('error', (error) => this.#fail(worker, error));
      this.#workers.push(worker);
      this.#idle.push(worker);
    }
  }

  /** `transfer`: buffers of the task that are handed over and not copied. */
  run<K extends Task['kind']>(
    task: Task & { readonly kind: K },
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<TaskResults[K]> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ task, transfer, resolve: resolve as Job['resolve'], reject });
      this.#next();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #next(): void {
    while (this.#queue.length > 0 && this.#idle.length > 0) {
      const worker = this.#idle.pop()!;
      const job = this.#queue.shift()!;
      this.#running.set(worker, job);
      worker.postMessage(job.task, job.transfer);
    }
  }

  #finish(worker: Worker, reply: Reply): void {
    const job = this.#running.get(worker);
    this.#running.delete(worker);
    this.#idle.push(worker);
    if ('error' in reply) job?.reject(unpackError(reply.error));
    else job?.resolve(reply.result);
    this.#next();
  }

  /** The thread has ended: its job fails, and so does all that waits when it was the last one. */
  #fail(worker: Worker, error: unknown): void {
    this.#running.get(worker)?.reject(error);
    this.#running.delete(worker);
    this.#workers.splice(this.#workers.indexOf(worker), 1);
    const at = this.#idle.indexOf(worker);
    if (at >= 0) this.#idle.splice(at, 1);
    if (this.#workers.length === 0) for (const job of this.#queue.splice(0)) job.reject(error);
  }
}

/** Cuts a list into parts of at most `size`. */
export function batches<T>(items: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < items.length; at += size) parts.push(items.slice(at, at + size));
  return parts;
}
