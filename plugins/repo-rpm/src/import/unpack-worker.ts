import { parentPort, workerData } from 'node:worker_threads';
import type { TreeWriter } from '@ostrata/contract';
import { StopFlag, serve } from '@ostrata/threads';
import { unpack } from './unpack.ts';
import { packError, type WorkerData, type WorkerReply, type WorkerRequest } from './worker-messages.ts';

const { writer, stop: shared } = workerData as WorkerData;
const stop = new StopFlag(shared);
const { openTreeWriter } = (await import(writer.module)) as { openTreeWriter(location: string): TreeWriter };

serve(stop, ({ index, job }: WorkerRequest) => {
  let reply: WorkerReply;
  try {
    reply = { index, commit: unpack(job, () => openTreeWriter(writer.location), stop) };
  } catch (error) {
    reply = { index, error: packError(error) };
  }
  parentPort?.postMessage(reply);
});
