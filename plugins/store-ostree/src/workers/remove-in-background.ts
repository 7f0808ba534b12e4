import { Worker } from 'node:worker_threads';

const REMOVER = new URL(import.meta.url.endsWith('.ts') ? './remover.ts' : './remover.js', import.meta.url);

/** Removes a directory in a thread of its own, which mostly waits for the disk; settles when it is done. */
export function removeInBackground(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(REMOVER, { workerData: path });
    worker.once('error', reject);
    worker.once('exit', () => resolve());
  });
}
