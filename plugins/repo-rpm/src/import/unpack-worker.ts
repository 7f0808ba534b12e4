import { parentPort, workerData } from 'node:worker_threads';
import type { TreeWriter } from '@ostrata/contract';
import { unpack } from './unpack.ts';
import { packError, type WorkerData, type WorkerReply, type WorkerRequest } from './worker-messages.ts';

const { writer } = workerData as WorkerData;
const { openTreeWriter } = (await import(writer.module)) as { openTreeWriter(location: string): TreeWriter };
const port = parentPort;
if (!port) throw new Error('this module runs in a worker thread');

port.on('message', ({ index, job }: WorkerRequest) => {
  let reply: WorkerReply;
  try {
    reply = { index, commit: unpack(job, () => openTreeWriter(writer.location)) };
  } catch (error) {
    reply = { index, error: packError(error) };
  }
  port.postMessage(reply);
});
