import type { ImageSpec } from './image.ts';
import type { Extras, Metadata } from './json.ts';
import type { PackageIdentity, PlannedPackage } from './package.ts';
import type { DeployRequest, Halt, StoreRef } from './request.ts';
import type { Snapshot } from './sources.ts';

/** Version of the Plan's own form; a Plan of another version is refused. */
export const PLAN_VERSION = 1;

/** Everything that influences what is in the tree. Its digest names the Plan. */
export interface PlanInputs {
  /** Commit that packages are laid over. */
  readonly base: string | null;
  /** Packages to lay over, in installation order. */
  readonly install: readonly PlannedPackage[];
  /** Base packages to take out. */
  readonly remove: readonly PackageIdentity[];
  readonly image: ImageSpec;
  /** What plugins decided (scripts and files with their contents, kernel arguments, …). */
  readonly extras: Extras;
}

/**
 * The decision, complete and serialisable: a Plan written to a file and run later gives the same commit. Nothing is decided after
 * it. What is outside of `inputs` says where results go and how they are dated, and does not count for "has anything changed".
 */
export interface Plan {
  readonly version: typeof PLAN_VERSION;
  /** sha256 (hex) of the canonical JSON of `inputs`. */
  readonly digest: string;
  readonly inputs: PlanInputs;
  readonly store: StoreRef;
  readonly until: Halt;
  readonly cacheOnly: boolean;
  /** Where packages come from, for fetching. */
  readonly snapshots: readonly Snapshot[];
  readonly commit: {
    readonly parent: string | null;
    /** Seconds since the epoch. */
    readonly timestamp: number;
    readonly version: string | null;
    readonly metadata: Metadata;
    /** A commit of the work repository that an earlier run made from a Plan of the same digest: it is taken as it is. */
    readonly made?: string;
  };
  /** True when the parent was made from a Plan of the same digest, or a tap of `resolve.plan` knows it: the run ends here with "unchanged". */
  readonly unchanged: boolean;
  readonly deploy: DeployRequest | null;
}
