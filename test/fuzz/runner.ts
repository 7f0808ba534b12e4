import { Worker } from 'node:worker_threads';
import type { Batch, BatchReport, Finding, WorkerSetup } from './protocol.ts';

/** An input that makes no progress for so long is a hang. */
const HANG_MILLISECONDS = 15_000;
const HEAP_MEGABYTES = 384;

/** Runs batches in a thread with a bounded heap, and starts it again after a crash or a hang. */
export class Runner {
  readonly #setup: WorkerSetup;
  readonly #current: Float64Array;
  #worker: Worker | undefined;
  /** Names of all targets; known when the thread runs. */
  targets: readonly string[] = [];

  constructor(setup: Omit<WorkerSetup, 'progress'>) {
    const progress = new SharedArrayBuffer(8);
    this.#setup = { ...setup, progress };
    this.#current = new Float64Array(progress);
  }

  async start(): Promise<void> {
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: this.#setup,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
    });
    this.targets = (await this.#reply<readonly string[]>(() => {})) as readonly string[];
  }

  async stop(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = undefined;
  }

  /** What became of a batch. When the thread is lost, the rest of it goes on behind the input at fault. */
  async run(batch: Batch): Promise<BatchReport> {
    if (!this.#worker) await this.start();
    this.#current[0] = batch.first;
    try {
      return await this.#reply<BatchReport>((worker) => worker.postMessage(batch));
    } catch (error) {
      await this.stop();
      const index = this.#current[0];
      const finding: Finding = { index, problem: (error as Error).message, input: '' };
      const done = index - batch.first + 1;
      const rest =
        done < batch.count
          ? await this.run({ ...batch, first: index + 1, count: batch.count - done })
          : { accepted: 0, findings: [], rss: 0 };
      return { ...rest, findings: [finding, ...rest.findings] };
    }
  }

  #reply<T>(ask: (worker: Worker) => void): Promise<T> {
    const worker = this.#worker!;
    return new Promise((resolve, reject) => {
      let seen = -1;
      const watch = setInterval(() => {
        if (this.#current[0] === seen) onError(new Error(`no end after ${HANG_MILLISECONDS} ms`));
        seen = this.#current[0]!;
      }, HANG_MILLISECONDS);
      const settle = () => {
        clearInterval(watch);
        worker.off('message', onMessage);
        worker.off('error', onError);
      };
      const onMessage = (reply: T) => {
        settle();
        resolve(reply);
      };
      const onError = (error: Error) => {
        settle();
        reject(error);
      };
      worker.on('message', onMessage);
      worker.on('error', onError);
      ask(worker);
    });
  }
}
