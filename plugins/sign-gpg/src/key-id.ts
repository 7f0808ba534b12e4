import type { Key } from 'openpgp';

/** Whether an id means the key as gpg understands it: the end of a fingerprint of it or of a subkey, or part of a user id. */
export function answersTo(key: Key, id: string): boolean {
  const digits = id.replace(/^0x/i, '').replaceAll(' ', '').replace(/!$/, '').toLowerCase();
  if (/^[0-9a-f]{8,}$/.test(digits)) return key.getKeys().some((part) => part.getFingerprint().endsWith(digits));
  return key.getUserIDs().some((user) => user.toLowerCase().includes(id.toLowerCase()));
}
