import type { HttpSource } from './http/http-source.ts';
import type { LocalSource } from './local-source.ts';
import type { PullSource } from './source.ts';

/** What a pull is from. */
export interface OpenedSource {
  readonly source: PullSource;
  /** The same, as one of these. */
  readonly server: HttpSource | null;
  readonly local: LocalSource | null;
  /** What the network transferred so far. */
  transferred(): { readonly bytes: number; readonly contentWritten: number };
}
