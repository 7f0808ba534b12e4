import type { Metadata } from '../codec/commit.ts';
import { VerbError } from './error.ts';

export const REF_BINDING = 'ostree.ref-binding';
export const COLLECTION_BINDING = 'ostree.collection-binding';

/** The refs and the collection that a commit says it is meant for; undefined where it says nothing. */
export function commitBindings(metadata: Metadata): {
  readonly collection: string | undefined;
  readonly refs: readonly string[] | undefined;
} {
  const refs = metadata.get(REF_BINDING);
  const collection = metadata.get(COLLECTION_BINDING);
  return {
    refs: refs?.type === 'as' ? (refs.value as readonly string[]) : undefined,
    collection: collection?.type === 's' ? String(collection.value) : undefined,
  };
}

/** Throws when a commit is not meant for the ref, and the collection if any, under which it was found. */
export function checkBindings(metadata: Metadata, ref: string, collection: string | undefined): void {
  const bound = commitBindings(metadata);
  if (bound.refs && !bound.refs.includes(ref)) {
    const shown = bound.refs.length === 0 ? 'no refs' : `‘${[...bound.refs].join('’, ‘')}’`;
    throw new VerbError(`Commit has no requested ref ‘${ref}’ in ref binding metadata (${shown})`);
  }
  if (collection === undefined) return;
  if (!bound.refs) throw new VerbError('Expected commit metadata to have ref binding information, found none');
  if (bound.collection === undefined) {
    throw new VerbError('Expected commit metadata to have collection ID binding information, found none');
  }
  if (bound.collection !== collection) {
    throw new VerbError(
      `Commit has collection ID ‘${bound.collection}’ in collection binding metadata, while the remote it came from has collection ID ‘${collection}’`,
    );
  }
}
