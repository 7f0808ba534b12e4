import type { Extras, Json } from './json.ts';

/** A place packages come from, as configuration names it (an rpm-md repository, a folder of local packages). */
export interface SourceRef {
  /** Unique in a run; what users see (`fedora`, `updates`). */
  readonly id: string;
  /** Key of the `source` capability that understands `options`: `rpm-md`. */
  readonly kind: string;
  /** Smaller numbers are preferred, 99 is the default, as in .repo files. */
  readonly priority: number;
  /** In the provider's own terms; validated by it (base URLs, metalink, gpgcheck, …). Secrets stay out: name the file that has them. */
  readonly options: { readonly [key: string]: Json };
}

/** The state of a source at one moment: a handle to metadata that its provider keeps in the cache, identified by content. */
export interface Snapshot {
  readonly source: SourceRef;
  /** Digest of the source's metadata (for rpm-md: sha256 of repomd.xml). Equal digests mean equal packages. */
  readonly digest: string;
  /** When the source says it was made; seconds since the epoch. */
  readonly timestamp: number;
  /** Number of packages. */
  readonly packages: number;
  /** The provider's own handle: file names in its cache, never contents. */
  readonly extras: Extras;
}
