import type { Context } from '../context.ts';
import type { Checksum } from '../records/index.ts';
import { keyedCapability } from './token.ts';

export interface TransportRequest {
  /** Tried in order: mirrors of the same bytes. All of one scheme. */
  readonly urls: readonly string[];
  /** File that gets the bytes: written beside as `.part` (resumed when it is there), checked, fsynced and renamed. */
  readonly destination: string;
  /** Checked while streaming; a mirror with other bytes is given up for the next. */
  readonly checksum?: Checksum;
  /** Exact size in bytes, if known. */
  readonly size?: number;
  /** Refuses more bytes than this. */
  readonly maxSize?: number;
  /** Validators of the copy that `destination` holds already: a match ends with `notModified`. */
  readonly validators?: Validators;
  /** TLS and login of the source, in .repo terms. Never appears in messages. */
  readonly credentials?: Credentials;
  /** Overrides the environment's proxy; null forbids proxies. */
  readonly proxy?: string | null;
  readonly headers?: { readonly [name: string]: string };
  /** `bytes=first-last`, for reading part of a file. */
  readonly range?: { readonly first: number; readonly last: number };
  readonly timeoutSeconds?: number;
  /** When a transfer is given up, where that is not to be as the transport is configured. */
  readonly lowSpeed?: LowSpeed;
  readonly retries?: number;
  /** Bytes so far. */
  readonly onBytes?: (received: number) => void;
}

/** A transfer that brings fewer bytes a second than this over so many seconds is too slow; with a 0 none is. */
export interface LowSpeed {
  readonly bytesPerSecond?: number;
  readonly seconds?: number;
}

export interface Validators {
  readonly etag?: string;
  readonly lastModified?: string;
}

export interface Credentials {
  readonly username?: string;
  readonly password?: string;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  readonly caCertificate?: string;
  readonly verifyPeer?: boolean;
}

export interface TransportResult {
  readonly notModified: boolean;
  /** The URL that served it, without credentials. */
  readonly url: string;
  readonly bytes: number;
  readonly validators: Validators;
}

/** A request for a file that is small enough to be kept in memory. */
export interface TransportBytesRequest extends Omit<TransportRequest, 'destination' | 'range' | 'onBytes' | 'maxSize'> {
  /** Refuses more bytes than this. */
  readonly maxSize: number;
}

export interface TransportBytes {
  /** Null when it is not modified. */
  readonly bytes: Uint8Array | null;
  /** The URL that served it, without credentials. */
  readonly url: string;
  readonly validators: Validators;
}

/** Gets bytes by URL. Keyed by scheme: `http`, `https`, `file`. Bounds its own parallelism. */
export interface Transport {
  /** Throws a HostError when every URL failed, with each one's reason in `problems`; `destination` is then as it was before. */
  get(request: TransportRequest, ctx: Context): Promise<TransportResult>;
  /**
   * Gets a file into memory: for thousands of small files, which a write to disk would cost more than the transfer. Fails as `get`
   * does. A transport need not have it; whoever asks falls back on `get`.
   */
  getBytes?(request: TransportBytesRequest, ctx: Context): Promise<TransportBytes>;
}

export const TRANSPORT = keyedCapability<Transport>('transport');
