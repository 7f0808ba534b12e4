import type { Checksum } from '../codec/checksum.ts';
import type { Metadata } from '../codec/commit.ts';
import type { Summary } from '../summary/codec.ts';
import type { RefName } from './ref-name.ts';

export type MetadataType = 'commit' | 'dirtree' | 'dirmeta';

/** A summary with the bytes that signatures cover. */
export interface SignedSummary {
  readonly summary: Summary;
  readonly bytes: Uint8Array;
  /** Null when there is no `summary.sig`. */
  readonly signature: { readonly bytes: Uint8Array; readonly metadata: Metadata } | null;
  /** Whether it was not fetched, as one with the same signature was kept. */
  readonly cached?: boolean;
}

/** Where commits are pulled from. */
export interface PullSource {
  /** For messages. */
  readonly name: string;
  /** Whether it is a repository on this machine. */
  readonly local: boolean;
  /** Ends a message about something that is not there: how that was said. */
  readonly absence: string;
  /** Null when there is none; `fresh` looks past what was kept of earlier pulls. */
  summary(options?: { readonly fresh?: boolean }): Promise<SignedSummary | null>;
  /** Keeps the summary for later pulls: it has been verified. */
  keepSummary(): void;
  /** The commit of a ref, or null. */
  ref(ref: RefName): Promise<Checksum | null>;
  /** The bytes of a metadata object, checked against its checksum; null when it is not there. */
  metadata(id: Checksum, type: MetadataType): Promise<Uint8Array | null>;
  /** Brings a metadata object, whose bytes are these, into the repository. */
  store(id: Checksum, type: MetadataType, bytes: Uint8Array): void;
  /** Whether a commit was there and was deleted on purpose. */
  tombstone(commit: Checksum): Promise<boolean>;
  /** The detached metadata of a commit; null when there are none. */
  detached(commit: Checksum): Promise<Metadata | null>;
  /** Brings a file object, verified, into the repository. @throws OSTREE_PULL_MISSING, OSTREE_PULL_CORRUPT */
  content(id: Checksum): Promise<void>;
  /** All that was begun is written. */
  finish(): Promise<void>;
  /** Lets go of threads and temporary files. */
  close(): Promise<void>;
}
