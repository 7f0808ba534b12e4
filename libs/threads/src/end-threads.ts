import type { Worker } from 'node:worker_threads';
import type { StopFlag } from './stop-flag.ts';

/** A thread that has ended has this number. */
const ENDED = -1;

/**
 * Ends threads that `serve` with this flag, or that end by themselves. Settles when all have ended, which is when they come to the next look
 * at the flag: `worker.terminate()` would not wait, and end the process when a native module is at work in the thread.
 */
export async function endThreads(workers: Iterable<Worker>, stop: StopFlag): Promise<void> {
  stop.set();
  await Promise.all(Array.from(workers, ended));
}

function ended(worker: Worker): Promise<void> {
  if (worker.threadId === ENDED) return Promise.resolve();
  return new Promise((resolve) => {
    worker.once('exit', () => resolve());
    // Wakes a thread that waits for work.
    worker.postMessage(null);
  });
}
