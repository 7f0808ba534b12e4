import { getCompileCacheDir } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { TreeWriter, WriterDescriptor } from '@ostrata/contract';
import { endThreads, StopFlag } from '@ostrata/threads';
import { type UnpackJob, unpack } from './unpack.ts';
import { unpackError, type WorkerData, type WorkerReply, type WorkerRequest } from './worker-messages.ts';

export interface UnpackSettings {
  readonly writer: WriterDescriptor;
  readonly threads: number;
  readonly signal: AbortSignal;
}

/** This module's neighbour, as it is when sources run and when they have been compiled. */
const WORKER = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/** Up to this many bytes of packages a thread takes longer to start than to work. */
const WORTH_A_THREAD = 2 * 1024 * 1024;

/** Young objects die fast in this work; V8 would give each thread three times this by default. */
const YOUNG_MEGABYTES = 16;

async function unpackHere(
  jobs: readonly UnpackJob[],
  { writer, signal }: UnpackSettings,
  onCommit: (index: number, commit: string) => void,
): Promise<void> {
  const { openTreeWriter } = (await import(writer.module)) as { openTreeWriter(location: string): TreeWriter };
  for (const [index, job] of jobs.entries()) {
    signal.throwIfAborted();
    onCommit(
      index,
      unpack(job, () => openTreeWriter(writer.location)),
    );
  }
}

/**
 * Unpacks packages in worker threads, the largest first, or in this one when there is little to do. The first error ends all; what other threads had begun is not reachable.
 * @param onCommit hears of each package as it is done, by its place in `jobs`.
 */
export async function unpackAll(
  jobs: readonly UnpackJob[],
  settings: UnpackSettings,
  onCommit: (index: number, commit: string) => void,
): Promise<void> {
  const { signal } = settings;
  signal.throwIfAborted();
  const bytes = jobs.reduce((sum, job) => sum + job.package.size, 0);
  if (bytes < WORTH_A_THREAD) return unpackHere(jobs, settings, onCommit);
  const queue = jobs
    .map((job, index): WorkerRequest => ({ index, job }))
    .sort((a, b) => b.job.package.size - a.job.package.size || a.index - b.index);
  const count = Math.min(queue.length, Math.max(1, settings.threads));
  const stop = new StopFlag();
  const workerData: WorkerData = {
    writer: settings.writer,
    stop: stop.shared,
    compileCache: getCompileCacheDir() ?? null,
  };
  const workers: Worker[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      let left = jobs.length;
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      for (let i = 0; i < count; i++) {
        const worker = new Worker(WORKER, {
          workerData,
          resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
        });
        workers.push(worker);
        const feed = () => {
          const next = queue.shift();
          if (next) worker.postMessage(next);
        };
        worker.on('error', reject);
        worker.on('message', (reply: WorkerReply) => {
          if ('error' in reply) return reject(unpackError(reply.error));
          onCommit(reply.index, reply.commit);
          left--;
          if (left === 0) resolve();
          else feed();
        });
        feed();
      }
    });
  } finally {
    await endThreads(workers, stop);
  }
}
