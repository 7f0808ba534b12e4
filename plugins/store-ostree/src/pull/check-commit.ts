import type { Checksum } from '../codec/checksum.ts';
import type { CommitObject } from '../codec/commit.ts';
import { storeError } from '../errors.ts';

/**
 * Holds a commit to what it was asked for as: the ref among those that it was made for, and the collection of its remote.
 * @throws OSTREE_PULL_BINDING
 */
export function verifyBindings(
  id: Checksum,
  { metadata }: CommitObject,
  expected: { readonly ref: string | null; readonly collection: string | undefined },
): void {
  const { ref, collection } = expected;
  const fail = (problem: string) =>
    storeError('OSTREE_PULL_BINDING', `Commit ${id}: ${problem}.`, {
      hint: 'Somebody may serve another commit under this name: check the remote, or switch the verification of bindings off.',
      data: { commit: id, ref, collection: collection ?? null },
    });
  const bound = metadata.get('ostree.ref-binding');
  if (bound?.type !== 'as') {
    if (collection === undefined) return;
    throw fail('expected commit metadata to have ref binding information, found none');
  }
  const refs = bound.value as readonly string[];
  if (ref !== null && !refs.includes(ref)) {
    const list = refs.length === 0 ? 'no refs' : refs.map((name) => `‘${name}’`).join(', ');
    throw fail(`Commit has no requested ref ‘${ref}’ in ref binding metadata (${list})`);
  }
  if (collection === undefined) return;
  const binding = metadata.get('ostree.collection-binding');
  if (binding?.type !== 's')
    throw fail('expected commit metadata to have collection ID binding information, found none');
  if (binding.value === collection) return;
  throw fail(
    `Commit has collection ID ‘${binding.value}’ in collection binding metadata, while the remote it came from has collection ID ‘${collection}’`,
  );
}

/** Refuses to go back in time. @throws OSTREE_PULL_TIMESTAMP */
export function verifyTimestamp(
  current: { readonly id: Checksum; readonly timestamp: bigint },
  next: { readonly id: Checksum; readonly timestamp: bigint },
): void {
  if (next.timestamp >= current.timestamp) return;
  throw storeError(
    'OSTREE_PULL_TIMESTAMP',
    `Upgrade target revision '${next.id}' with timestamp '${date(next.timestamp)}' is chronologically older than current revision '${current.id}' with timestamp '${date(current.timestamp)}'.`,
    {
      hint: 'The remote went back, or serves an old state. If that is wanted, upgrade with --allow-downgrade, or pull without a check of timestamps.',
      data: { current: current.id, next: next.id },
    },
  );
}

function date(seconds: bigint): string {
  const time = new Date(Number(seconds) * 1000);
  return Number.isNaN(time.getTime()) ? String(seconds) : time.toISOString();
}
