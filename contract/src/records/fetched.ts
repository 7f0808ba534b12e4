import type { Request } from './request.ts';
import type { Snapshot } from './sources.ts';

/** What `fetch` hands to `resolve`. */
export interface Sources {
  readonly request: Request;
  /** The commit that packages are laid over; null composes from nothing. */
  readonly base: string | null;
  /** One a source, in the order of the request's sources. */
  readonly snapshots: readonly Snapshot[];
}
