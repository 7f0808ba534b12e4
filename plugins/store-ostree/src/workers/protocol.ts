import type { HostErrorOptions } from '@ostrata/contract';
import type { Checksum } from '../codec/checksum.ts';
import type { ImportOptions } from '../commit/import-file.ts';
import { StoreError, type StoreErrorCode, storeError } from '../errors.ts';
import type { ReceiveOptions } from '../pull/receive-file.ts';

/** What a worker is told when it starts. */
export interface WorkerSetup {
  readonly repository: string;
  /** Where it puts objects; null when it only reads. */
  readonly staging: string | null;
}

/** What a worker is started with. */
export interface WorkerData extends WorkerSetup {
  readonly stop: SharedArrayBuffer;
  /** Directory of node's compile cache when the program uses one. */
  readonly compileCache: string | null;
}

/** Bulk work, a batch of files at a time. */
export type Task =
  | { readonly kind: 'import'; readonly paths: readonly string[]; readonly options: Omit<ImportOptions, 'known'> }
  | { readonly kind: 'check'; readonly files: readonly Checksum[] }
  /** Files of the repository `source` for the worker's own. */
  | {
      readonly kind: 'convert';
      readonly source: string;
      readonly files: readonly Checksum[];
      /** Without a look at their checksums. */
      readonly trusted: boolean;
    }
  /** File objects of an archive, one after the other in `bytes`, each up to its place in `ends`. */
  | {
      readonly kind: 'receive';
      readonly files: readonly Checksum[];
      readonly ends: readonly number[];
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly options: ReceiveOptions;
    };

export interface TaskResults {
  /** The file objects, in the order of the paths. */
  readonly import: readonly Checksum[];
  /** What is wrong with a file, or null, in the order of the files. */
  readonly check: readonly (string | null)[];
  readonly convert: null;
  /** Bytes of content that were written, and the memory that the bytes came in. */
  readonly receive: { readonly written: number; readonly memory: ArrayBuffer };
}

/** An error on its way between threads. */
export interface PackedError {
  readonly code: StoreErrorCode | null;
  readonly message: string;
  readonly hint: string | null;
  readonly data: HostErrorOptions['data'];
}

export type Reply = { readonly result: TaskResults[keyof TaskResults] } | { readonly error: PackedError };

export function packError(error: unknown): PackedError {
  if (error instanceof StoreError) {
    return { code: error.code, message: error.message, hint: error.hint, data: error.data };
  }
  return { code: null, message: error instanceof Error ? error.message : String(error), hint: null, data: undefined };
}

export function unpackError({ code, message, hint, data }: PackedError): Error {
  if (code === null) return new Error(message);
  return storeError(code, message, { ...(hint === null ? {} : { hint }), ...(data === undefined ? {} : { data }) });
}
