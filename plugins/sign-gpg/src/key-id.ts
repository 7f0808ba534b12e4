import type { Signature } from '@ostrata/contract';
import type { Key } from 'openpgp';

/** Whether an id means the key as gpg understands it: the end of a fingerprint of it or of a subkey, or part of a user id. */
export function answersTo(key: Key, id: string): boolean {
  return matches(
    id,
    key.getKeys().map((part) => part.getFingerprint()),
    key.getUserIDs(),
  );
}

/** The same for the key that made a signature, and the primary key that it belongs to. */
export function isBy({ key, signer, details }: Signature, id: string): boolean {
  const fingerprints = [key, details?.fingerprint, details?.primaryFingerprint];
  return matches(id, fingerprints, [signer]);
}

function matches(
  id: string,
  fingerprints: readonly (string | null | undefined)[],
  users: readonly (string | null)[],
): boolean {
  const digits = id.replace(/^0x/i, '').replaceAll(' ', '').replace(/!$/, '').toLowerCase();
  if (/^[0-9a-f]{8,}$/.test(digits)) return fingerprints.some((text) => text?.toLowerCase().endsWith(digits));
  return id !== '' && users.some((user) => user?.toLowerCase().includes(id.toLowerCase()));
}
