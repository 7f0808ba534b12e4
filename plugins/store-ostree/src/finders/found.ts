import type { Context } from '@ostrata/contract';
import type { Checksum } from '../codec/checksum.ts';
import { hashOrder, stringHash } from '../codec/hash-order.ts';
import type { CollectionRef } from '../repo/collections.ts';
import type { Repository } from '../repo/repository.ts';

/** A ref of a collection that somebody wants to have. */
export type WantedRef = Omit<CollectionRef, 'commit'>;

/** A place that says it has some of the refs that are looked for. */
export interface FoundRemote {
  /** The kind of finder it was found by, in libostree's words. */
  readonly finder: string;
  /** Places with lower numbers are pulled from first. */
  readonly priority: number;
  /** A name that no other place has: that of the remote, or one made of the URL. */
  readonly name: string;
  readonly url: string;
  /** The configured remote whose keys vouch for what is there, and whose name the refs get. */
  readonly remote: string;
  /** Whether `url` is another place than that of the remote. */
  readonly dynamic: boolean;
}

export interface FindOptions {
  /** Directory where signed summaries of remotes are kept, in place of `tmp/cache` of the repository. */
  readonly cacheDirectory?: string;
}

/** Finds places to pull collection refs from. Places that cannot be read are left out. */
export interface Finder {
  find(repo: Repository, refs: readonly WantedRef[], options: FindOptions, ctx: Context): Promise<FoundRemote[]>;
}

/** A place that has the newest commit of at least one of the refs. */
export interface FinderResult extends FoundRemote {
  /** All refs that were looked for, in libostree's order; null for those of which the place has no commit or an old one. */
  readonly refs: readonly (WantedRef & { readonly commit: Checksum | null })[];
  /** Seconds since the epoch; 0 when it is not known. */
  readonly lastModified: number;
}

/** No collection and no ref has a blank in its name. */
export const refKey = ({ collection, ref }: WantedRef): string => `${collection} ${ref}`;

/** Refs without duplicates in the order in which libostree's tables of them are gone through (ostree-ref.c, `ostree_collection_ref_hash`). */
export function refOrder(refs: readonly WantedRef[]): WantedRef[] {
  const byKey = new Map(refs.map((ref) => [refKey(ref), ref]));
  const hash = (key: string): number => {
    const { collection, ref } = byKey.get(key)!;
    return (stringHash(collection) ^ stringHash(ref)) >>> 0;
  };
  return hashOrder(byKey.keys(), hash).map((key) => byKey.get(key)!);
}
