import { type HostErrorOptions, isHostError, type WriterDescriptor } from '@ostrata/contract';
import { RpmError, type RpmErrorCode } from '../errors.ts';
import type { UnpackJob } from './unpack.ts';

/** What a worker is started with. */
export interface WorkerData {
  readonly writer: WriterDescriptor;
  readonly stop: SharedArrayBuffer;
  /** Directory of node's compile cache when the program uses one. */
  readonly compileCache: string | null;
}

export interface WorkerRequest {
  readonly index: number;
  readonly job: UnpackJob;
}

/** An error as it travels between threads. */
export interface PackedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: string | null;
  readonly options: Pick<HostErrorOptions, 'hint' | 'data'>;
}

export type WorkerReply =
  | { readonly index: number; readonly commit: string }
  | { readonly index: number; readonly error: PackedError };

export function packError(error: unknown): PackedError {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  if (!isHostError(error)) return { name, message, stack, code: null, options: {} };
  const options = { data: error.data, ...(error.hint === null ? {} : { hint: error.hint }) };
  return { name, message, stack, code: error.code, options };
}

/** The error again. Codes of the store come through here as well: a worker writes into it. */
export function unpackError(packed: PackedError): Error {
  if (packed.code !== null) return new RpmError(packed.code as RpmErrorCode, packed.message, packed.options);
  const error = new Error(packed.message);
  error.name = packed.name;
  if (packed.stack !== undefined) error.stack = packed.stack;
  return error;
}
