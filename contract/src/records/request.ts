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
  /** Contents of its origin file; those of the deployment that it follows when absent. */
  readonly origin?: string;
  /** Finish at shutdown and not now: only the running system can wait for that. */
  readonly stage: boolean;
  /** Keeps a staged one from being finished until somebody allows it. */
  readonly lock?: boolean;
  /**
   * In place of a new deployment: ids of the ones that stay, in boot order, the default first; the others go. Only with a request that
   * starts at deploy.
   */
  readonly order?: readonly string[];
  /** For taps of `deploy.target`, by plugin name: what changes how the tree boots and not what is in it. No part of a Plan's digest. */
  readonly extras: Extras;
}

/** The image that packages are laid over. */
export interface BaseRequest {
  /** A revision of the work repository. */
  readonly rev: string;
  /** Where it is pulled from first: a path, a URL, or `remote:NAME` for one that the repository has configured; null pulls nothing. */
  readonly pullFrom: string | null;
  /** What is pulled, where that is called otherwise than `rev`. */
  readonly pullRev?: string;
  /** Refuses to pull a commit that is older than this one. */
  readonly newerThan?: string;
  /** Pulls the commit without its tree, for a run that only looks. */
  readonly commitOnly?: boolean;
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
  /** What packages are laid over; null composes from nothing. */
  readonly base: BaseRequest | null;
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
    /** Commits of the work repository by the digest of the Plan that each was made from: a Plan of such a digest is carried out already. */
    readonly made?: { readonly [digest: string]: string };
    /** Make a commit even when nothing changed. */
    readonly force: boolean;
  };
  /** Use what is in the caches and open no connection. */
  readonly cacheOnly: boolean;
  readonly deploy: DeployRequest | null;
  readonly extras: Extras;
}
