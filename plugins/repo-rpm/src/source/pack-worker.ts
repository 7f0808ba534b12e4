import { parentPort, workerData } from 'node:worker_threads';
import { type HostError, isHostError, type Json } from '@ostrata/contract';
import { type PackJob, pack } from './pack.ts';

/** What a worker answers: the packed metadata, or the parts of a HostError, which does not survive the way between threads. */
export type PackReply =
  | { readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly error: { code: string; message: string; hint: string | null; data: { readonly [key: string]: Json } } };

function partsOf({ code, message, hint, data }: HostError): PackReply {
  return { error: { code, message, hint, data } };
}

try {
  const bytes = new Uint8Array(pack(workerData as PackJob));
  parentPort?.postMessage({ bytes } satisfies PackReply, [bytes.buffer]);
} catch (error) {
  if (!isHostError(error)) throw error;
  parentPort?.postMessage(partsOf(error));
}
