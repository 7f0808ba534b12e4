import type { ImageSpec } from './image.ts';
import type { Intent } from './intent.ts';
import type { Extras } from './json.ts';
import type { SourceRef } from './sources.ts';

/** The six stages, in order. */
export const STAGES = ['fetch', 'resolve', 'assemble', 'commit', 'deploy', 'finalize'] as const;
export type Stage = (typeof STAGES)[number];

/** Where a run may stop: once the Request is complete (`--print-only`), after a stage, or inside assemble once all packages are in the store (`--download-only`), or only on disk. */
export type Halt = 'request' | Stage | 'download' | 'acquire';

/** Where objects live. */
export interface StoreRef {
  /** Repository in which packages are imported and trees are put together; made when absent. */
  readonly work: string;
  /** Repository that receives the commit; null commits to `work`. */
  readonly target: string | null;
}

/** What the machine side of a deployment asks for; only journeys that reach deploy have it. */
export interface DeployRequest {
  readonly sysroot: string;
  /** Stateroot name. */
  readonly os: string;
  /** Changes of kernel arguments. */
  readonly kargs: {
    readonly append: readonly string[];
    readonly delete: readonly string[];
    readonly replace: readonly string[];
  };
  /** Finish at shutdown and not now. */
  readonly stage: boolean;
}

/**
 * What was asked for, complete once the `request.complete` hook has run: nothing outside of it (files, flags, environment) is read
 * afterwards. The verb appears only in messages: flags have become where to start and where to stop.
 */
export interface Request {
  /** The command line for messages and logs, without secrets. */
  readonly command: string;
  readonly from: Stage;
  readonly until: Halt;
  readonly store: StoreRef;
  /** Rev to lay packages over (pulled first when `pullFrom` is set); null composes from nothing. */
  readonly base: { readonly rev: string; readonly pullFrom: string | null } | null;
  readonly sources: readonly SourceRef[];
  readonly intent: Intent;
  readonly image: ImageSpec;
  readonly commit: {
    /** Rev of the parent: a ref or checksum; `null` means none; `'auto'` means what `image.ref` names at the target. */
    readonly parent: string | null;
    /** Fixed commit time in seconds since the epoch (SOURCE_DATE_EPOCH); null means now. */
    readonly timestamp: number | null;
    /** Digest of the Plan that counts as the previous one; the parent's when absent. */
    readonly previousDigest?: string;
    /** Make a commit even when nothing changed. */
    readonly force: boolean;
  };
  /** Use what is in the caches and open no connection. */
  readonly cacheOnly: boolean;
  readonly deploy: DeployRequest | null;
  readonly extras: Extras;
}
