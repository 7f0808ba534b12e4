import type { Metadata } from './json.ts';
import type { Plan } from './plan.ts';

/** What goes into a commit object beside its tree. */
export interface CommitMeta {
  readonly ref: string | null;
  readonly parent: string | null;
  readonly subject: string;
  readonly body: string;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  readonly metadata: Metadata;
}

/** A commit that is in the store. */
export interface Commit {
  /** Checksum, 64 hex digits. */
  readonly id: string;
  readonly meta: CommitMeta;
  /** The Plan it was made from; null when an existing commit is passed through. */
  readonly plan: Plan | null;
}
