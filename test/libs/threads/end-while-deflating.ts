import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { endThreads, StopFlag } from '@ostrata/threads';

/** Ends threads while they load and use native modules, at moments that differ. */
const started = Array.from({ length: 12 }, async (_, number) => {
  const stop = new StopFlag();
  const worker = new Worker(new URL('./deflating-worker.ts', import.meta.url), { workerData: stop.shared });
  worker.postMessage('begin');
  await once(worker, 'message');
  await new Promise((resolve) => setTimeout(resolve, number * 4));
  const last = once(worker, 'message');
  await endThreads([worker], stop);
  return String((await last)[0]);
});
process.stdout.write((await Promise.all(started)).join(' '));
