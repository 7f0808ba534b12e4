import { parentPort, workerData } from 'node:worker_threads';
import { RawDeflater } from '@ostrata/compression';
import { StopFlag, serve, ThreadStopped } from '@ostrata/threads';

/** A thread that spends its time inside native modules: loads them, then compresses until it is told to stop. */
const stop = new StopFlag(workerData as SharedArrayBuffer);
serve(stop, () => {
  parentPort?.postMessage('busy');
  try {
    for (;;) {
      stop.throwIfSet();
      new RawDeflater(6);
    }
  } catch (error) {
    if (!(error instanceof ThreadStopped)) throw error;
    parentPort?.postMessage('stopped');
  }
});
