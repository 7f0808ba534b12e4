import { parentPort, workerData } from 'node:worker_threads';
import { type HostError, isHostError, type Json } from '@ostrata/contract';
import { StopFlag, ThreadStopped } from '@ostrata/threads';
import { type Packed, type PackJob, pack } from './pack.ts';

/** What a worker is started with. */
export interface PackWork {
  readonly job: PackJob;
  readonly stop: SharedArrayBuffer;
}

/** What a worker answers: the packed metadata, or the parts of a HostError, which does not survive the way between threads. */
export type PackReply =
  | { readonly packed: Packed }
  | { readonly error: { code: string; message: string; hint: string | null; data: { readonly [key: string]: Json } } };

function partsOf({ code, message, hint, data }: HostError): PackReply {
  return { error: { code, message, hint, data } };
}

const { job, stop } = workerData as PackWork;
try {
  const packed = pack(job, new StopFlag(stop));
  const files = packed instanceof Uint8Array ? [packed] : [packed.index, packed.details];
  const own = files.map((file) => (file.byteLength === file.buffer.byteLength ? file : new Uint8Array(file)));
  const [index, details] = own as [Uint8Array, Uint8Array | undefined];
  const reply: PackReply = { packed: details === undefined ? index : { index, details } };
  parentPort?.postMessage(
    reply,
    own.map(({ buffer }) => buffer as ArrayBuffer),
  );
} catch (error) {
  if (isHostError(error)) parentPort?.postMessage(partsOf(error));
  else if (!(error instanceof ThreadStopped)) throw error;
}
