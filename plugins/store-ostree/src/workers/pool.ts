import { getCompileCacheDir } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { endThreads, StopFlag } from '@ostrata/threads';
import { type Reply, type Task, type TaskResults, unpackError, type WorkerData, type WorkerSetup } from './protocol.ts';

const WORKER_MODULE = new URL(import.meta.url.endsWith('.ts') ? './entry.ts' : './entry.js', import.meta.url);

/** Young objects die fast in this work; V8 would give each thread three times this by default. */
const YOUNG_MEGABYTES = 16;

/**
 * While threads work the one that hands out their jobs makes much garbage and keeps little of it: its room for young objects, which V8
 * would double up to 64 MB, stays as it is. 2 is V8's default.
 */
const growYoung = (factor: 1 | 2): void => setFlagsFromString(`--semi-space-growth-factor=${factor}`);

interface Job {
  readonly task: Task;
  readonly transfer: readonly ArrayBuffer[];
  resolve(result: TaskResults[keyof TaskResults]): void;
  reject(error: unknown): void;
}

/** Jobs that a thread has at a time: while it does one the next is on its way, and this thread may be busy for a while. */
const JOBS = 2;

/** Worker threads that do bulk work of a repository, each with synchronous calls; tasks wait for the next free one. */
export class WorkerPool implements AsyncDisposable {
  /** The jobs that each thread was given and has not done, in their order. */
  readonly #running = new Map<Worker, Job[]>();
  readonly #queue: Job[] = [];
  readonly #stop = new StopFlag();

  constructor(setup: WorkerSetup, count: number) {
    growYoung(1);
    for (let number = 0; number < count; number++) {
      const worker = new Worker(WORKER_MODULE, {
        workerData: {
          ...setup,
          stop: this.#stop.shared,
          compileCache: getCompileCacheDir() ?? null,
        } satisfies WorkerData,
        resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
      });
      worker.on('message', (reply: Reply) => this.#finish(worker, reply));
      worker.on('error', (error) => this.#fail(worker, error));
      this.#running.set(worker, []);
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
    await endThreads(this.#running.keys(), this.#stop);
    growYoung(2);
  }

  #next(): void {
    for (let given = 0; given < JOBS; given++) {
      for (const [worker, jobs] of this.#running) {
        if (jobs.length > given) continue;
        const job = this.#queue.shift();
        if (!job) return;
        jobs.push(job);
        worker.postMessage(job.task, job.transfer);
      }
    }
  }

  #finish(worker: Worker, reply: Reply): void {
    const job = this.#running.get(worker)?.shift();
    if ('error' in reply) job?.reject(unpackError(reply.error));
    else job?.resolve(reply.result);
    this.#next();
  }

  /** The thread has ended: its jobs fail, and so does all that waits when it was the last one. */
  #fail(worker: Worker, error: unknown): void {
    for (const job of this.#running.get(worker) ?? []) job.reject(error);
    this.#running.delete(worker);
    if (this.#running.size === 0) for (const job of this.#queue.splice(0)) job.reject(error);
  }
}

/** Cuts a list into parts of at most `size`. */
export function batches<T>(items: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < items.length; at += size) parts.push(items.slice(at, at + size));
  return parts;
}
