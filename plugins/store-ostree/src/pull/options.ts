import type { LowSpeed } from '@ostrata/contract';
import type { Checksum } from '../codec/checksum.ts';
import type { RemotePlace } from '../remote/remotes.ts';
import type { DeltaStatistics } from './deltas.ts';
import type { SignaturePolicy } from './signatures.ts';

/** What is to be pulled, from where, and how. The defaults are those of `ostree pull`. */
export interface PullOptions extends RemotePlace {
  /** Name of a configured remote: its refs become `REMOTE:REF`, and its options say how it is reached and what is verified. */
  readonly remote?: string;
  /**
   * `http(s)://…`, `file://…`, a path, `metalink=URL` or `mirrorlist=URL`: in place of the remote's URL, or without a remote. Then
   * nothing is verified but checksums, and refs are local ones.
   */
  readonly url?: string;
  /** Refs, `COLLECTION:REF`, checksums of commits, or `REF@CHECKSUM` for another commit than the ref has. None: the remote's `branches`, or with `mirror` all. */
  readonly revs?: readonly string[];
  /** Refs become local refs (those of other collections below `refs/mirrors`); without `revs` the summary is copied as well. */
  readonly mirror?: boolean;
  /** How many parents of each commit; negative for all that are there. */
  readonly depth?: number;
  /** Only these paths of the tree; the commit stays partial. */
  readonly subpaths?: readonly string[];
  /** Only commits and their detached metadata; they stay partial. */
  readonly commitMetadataOnly?: boolean;
  readonly disableStaticDeltas?: boolean;
  readonly requireStaticDeltas?: boolean;
  /** Only says what would be downloaded as static deltas. */
  readonly dryRun?: boolean;
  /** Also read and verify what could be linked from a repository on this machine. */
  readonly untrusted?: boolean;
  /** Takes the bytes of a mirrored archive as they are, when they go into an archive. */
  readonly httpTrusted?: boolean;
  /** Refuses regular files with permissions outside of 0775. */
  readonly bareUserOnlyFiles?: boolean;
  /** Paths of repositories that are asked for objects before the network. */
  readonly localCaches?: readonly string[];
  /** Refuses commits that are older than those the refs have. */
  readonly timestampCheck?: boolean;
  /** Refuses commits that are older than this revision. */
  readonly timestampCheckFrom?: string;
  readonly disableVerifyBindings?: boolean;
  /** What is demanded of signatures, in place of what the remote's options say. */
  readonly demands?: Pick<SignaturePolicy, 'commits' | 'summaries'>;
  /** Switches off what the remote's options demand of signatures. */
  readonly disableSignatures?: boolean;
  readonly appendUserAgent?: string;
  readonly headers?: { readonly [name: string]: string };
  /** How often a download that failed is tried again. */
  readonly networkRetries?: number;
  /** When a transfer is too slow, in place of what the transport says of that. */
  readonly lowSpeed?: LowSpeed;
  /** Milliseconds between two reports of progress, 1000 unless it is given. */
  readonly updateFrequency?: number;
  /** Told as often as `updateFrequency` says, and at the end. */
  readonly onProgress?: (state: PullState) => void;
  /** Requests at one time. */
  readonly maxRequests?: number;
  /** Directory where signed summaries of remotes are kept, in place of `tmp/cache` of the repository; null keeps none. */
  readonly cacheDirectory?: string | null;
  /** A kept summary that does not verify is an error, in place of being fetched anew. */
  readonly refuseBadCache?: boolean;
  /** Whether what was written is forced to disk, else as the repository's config says. */
  readonly fsync?: boolean;
}

/** How far a pull is. */
export interface PullState {
  /** Objects that are here, and those that are known to be needed. */
  readonly done: number;
  readonly total: number;
  /** Bytes that came over the network. */
  readonly bytes: number;
  readonly seconds: number;
}

export interface PullStatistics {
  /** Objects that came over the network, with detached metadata. */
  readonly metadataFetched: number;
  readonly contentFetched: number;
  /** Objects of repositories on this machine. */
  readonly metadataImported: number;
  readonly contentImported: number;
  /** Parts of static deltas that came over the network. */
  readonly deltaParts: number;
  /** What static deltas bring; in a dry run what they would. */
  readonly deltas: DeltaStatistics;
  readonly bytesTransferred: number;
  /** Bytes of content of the files that were written. */
  readonly contentBytesWritten: number;
  readonly seconds: number;
}

export interface PullResult {
  /** The commit of each rev, and with `mirror` of each ref, by the name that was asked for (`COLLECTION:REF` for another collection's). */
  readonly commits: ReadonlyMap<string, Checksum>;
  /** Whether the source was a repository on this machine. */
  readonly local: boolean;
  readonly statistics: PullStatistics;
}

export const DEFAULT_RETRIES = 5;
export const DEFAULT_REQUESTS = 8;
export const DEFAULT_UPDATE_FREQUENCY = 1000;
