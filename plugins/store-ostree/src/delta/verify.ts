import { storeError } from '../errors.ts';
import type { Repository } from '../repo/repository.ts';
import type { DeltaVerifier } from './apply.ts';
import { locateSuperblock } from './names.ts';
import { openDelta } from './open-delta.ts';

/**
 * Whether the signatures of a delta, by its name or by the path of its superblock, are good. Throws OSTREE_DELTA_SIGNATURE for a delta
 * without, OSTREE_DELTA_MISSING, OSTREE_DELTA_NAME, OSTREE_DELTA_INVALID.
 */
export function verifyDelta(repo: Repository, id: string, verify: DeltaVerifier): boolean {
  const { signed, path } = openDelta(locateSuperblock(repo, id));
  if (signed) return verify(signed.bytes, signed.signatures);
  throw storeError('OSTREE_DELTA_SIGNATURE', `The static delta ${path} has no signatures.`, {
    hint: 'Make it again with a key.',
    data: { path },
  });
}
