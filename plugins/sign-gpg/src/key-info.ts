import type { KeyPart, KeyUser, PublicKeyInfo } from '@ostrata/signatures';
import type { PublicKey, Subkey } from 'openpgp';
import { localDate } from './local-date.ts';
import { ANY_TIME, configuration, type Library } from './openpgp.ts';
import { webKeyUrls } from './web-key-directory.ts';

/** What there is to know of a key at `now` (seconds since the epoch). */
export async function keyInfo(library: Library, key: PublicKey, now: number): Promise<PublicKeyInfo> {
  const config = configuration(library);
  const none = undefined as never;
  const revoked = await key.isRevoked(none, none, ANY_TIME, config);
  const primary = part(key, await key.getExpirationTime(undefined, config), revoked, now);
  const subkeys: KeyPart[] = [];
  for (const subkey of key.subkeys) {
    const isRevoked = revoked || (await subkey.isRevoked(none, none, ANY_TIME, config));
    subkeys.push(part(subkey, await subkey.getExpirationTime(ANY_TIME, config), isRevoked, now));
  }
  const users: KeyUser[] = [];
  for (const user of key.users) {
    if (user.userID === null) continue;
    const isRevoked = revoked || (await user.isRevoked(none, none, ANY_TIME, config));
    users.push({ id: user.userID.userID, revoked: isRevoked, update: webKeyUrls(user.userID.email) });
  }
  return { ...primary, users, subkeys };
}

function part(key: PublicKey | Subkey, end: Date | number | null, revoked: boolean, now: number): KeyPart {
  const expires = end instanceof Date ? Math.floor(end.getTime() / 1000) : null;
  return {
    fingerprint: key.getFingerprint().toUpperCase(),
    created: Math.floor(key.getCreationTime().getTime() / 1000),
    expires,
    expired: expires !== null && expires <= now,
    revoked,
  };
}

/** The lines of `ostree remote gpg-list-keys` about a key. */
export function describeKey(key: PublicKeyInfo): readonly string[] {
  const users = key.users.flatMap(({ id, revoked, update }) => [
    `  UID: ${id}${revoked ? ' (revoked)' : ''}`,
    `  Advanced update URL: ${update?.advanced ?? ''}`,
    `  Direct update URL: ${update?.direct ?? ''}`,
  ]);
  const subkeys = key.subkeys.flatMap((subkey) => describePart('Subkey', subkey).map((line) => `  ${line}`));
  return [...describePart('Key', key), ...users, ...subkeys];
}

function describePart(what: string, { fingerprint, created, expires, expired, revoked }: KeyPart): string[] {
  return [
    `${what}: ${fingerprint}${revoked ? ' (revoked)' : ''}`,
    `  Created: ${localDate(created)}`,
    ...(expires === null ? [] : [`  ${expired ? 'Expired' : 'Expires'}: ${localDate(expires)}`]),
  ];
}
