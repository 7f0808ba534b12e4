import { Worker } from 'node:worker_threads';
import type { WriterDescriptor } from '@ostrata/core';
import type { UnpackJob } from './unpack.ts';
import { unpackError, type WorkerReply, type WorkerRequest } from './worker-messages.ts';

/** This module's neighbour, as it is when sources run and when they have been compiled. */
const WORKER = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/**
 * Unpacks packages in worker threads, the largest first. The first error ends all; what other threads had begun is not reachable.
 * @param onCommit hears of each package as it is done, by its place in `jobs`.
 */
export async function unpackAll(
  jobs: readonly UnpackJob[],
  settings: { readonly writer: WriterDescriptor; readonly threads: number; readonly signal: AbortSignal },
  onCommit: (index: number, commit: string) => void,
): Promise<void> {
  const { signal } = settings;
  signal.throwIfAborted();
  const queue = jobs
    .map((job, index): WorkerRequest => ({ index, job }))
    .sort((a, b) => b.job.package.size - a.job.package.size || a.index - b.index);
  const count = Math.min(queue.length, Math.max(1, settings.threads));
  const workers: Worker[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      let left = jobs.length;
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      for (let i = 0; i < count; i++) {
        const worker = new Worker(WORKER, { workerData: { writer: settings.writer } });
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
      if (count === 0) resolve();
    });
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
