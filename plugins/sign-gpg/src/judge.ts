import type { Signature, SignatureDetails } from '@ostrata/contract';
import type { PublicKey, SignaturePacket, Subkey, UserIDPacket } from 'openpgp';
import { hashName, keyAlgorithmName, unsupported } from './algorithms.ts';
import { ANY_TIME, configuration, type Library } from './openpgp.ts';

/** The key that a signature names as its maker, with the key that it belongs to. */
interface Maker {
  readonly primary: PublicKey;
  readonly key: PublicKey | Subkey;
}

/**
 * The verdict on one signature, in the order in which gpg decides it: unknown key, bad, expired signature, expired key, revoked key, good.
 * Whether something has expired is asked of `now` (seconds since the epoch) and not of the time of the signature, as gpg does. `warn` hears of
 * what gpg could check and this cannot; the verdict is bad then.
 */
export async function judge(
  library: Library,
  data: Uint8Array,
  packet: SignaturePacket,
  keys: readonly PublicKey[],
  now: number,
  warn: (what: string, key: string) => void,
): Promise<Signature> {
  const makers = findMakers(packet, keys);
  const covering = await firstOf(makers, (maker) => covers(library, data, packet, maker));
  const maker = covering ?? makers[0] ?? null;
  if (maker === null) {
    const details = detailsOf(library, packet, null, null, null);
    return { key: details.fingerprint, verdict: 'unknown-key', signer: null, details };
  }
  const config = configuration(library);
  const { primary, key } = maker;
  const primaryExpires = seconds(await primary.getExpirationTime(undefined, config));
  const keyExpires = 'mainKey' in key ? seconds(await key.getExpirationTime(ANY_TIME, config)) : primaryExpires;
  const details = detailsOf(library, packet, maker, keyExpires, primaryExpires);
  const signer = userOf(maker)?.userID ?? null;
  const found = (verdict: Signature['verdict'], expired?: 'signature' | 'key'): Signature => ({
    key: details.fingerprint,
    verdict,
    signer,
    ...(expired === undefined ? {} : { expired }),
    details,
  });

  const obstacle = unsupported(library, packet, key);
  if (obstacle !== null) warn(obstacle, details.fingerprint);
  if (covering === null) return found('bad');
  const isRevoked = await revoked(library, maker);
  if (!isRevoked && !(await maySign(library, maker))) return found('bad');
  if (details.expires !== null && details.expires <= now) return found('expired', 'signature');
  const ends = [keyExpires, primaryExpires].filter((time) => time !== null);
  if (ends.some((time) => time <= now)) return found('expired', 'key');
  return found(isRevoked ? 'revoked' : 'good');
}

/** Several only when the signature gives no more than a key id, and keys share it. */
function findMakers(packet: SignaturePacket, keys: readonly PublicKey[]): Maker[] {
  const fingerprint = packet.issuerFingerprint === null ? null : hex(packet.issuerFingerprint);
  return keys.flatMap((primary) =>
    (primary.getKeys(packet.issuerKeyID) as (PublicKey | Subkey)[])
      .filter((key) => fingerprint === null || key.getFingerprint() === fingerprint)
      .map((key) => ({ primary, key })),
  );
}

async function firstOf<T>(items: readonly T[], fits: (item: T) => Promise<boolean>): Promise<T | null> {
  for (const item of items) if (await fits(item)) return item;
  return null;
}

/** Whether the signature is by this key and over these bytes, whatever the time. */
async function covers(library: Library, data: Uint8Array, packet: SignaturePacket, { key }: Maker): Promise<boolean> {
  const { binary, text } = library.enums.signature;
  const type = packet.signatureType;
  if (type !== binary && type !== text) return false;
  // A signature is never older than its key.
  if ((packet.created?.getTime() ?? 0) < key.getCreationTime().getTime()) return false;
  const signed = { text: null, getBytes: () => data };
  try {
    await packet.verify(key.keyPacket, type, signed, ANY_TIME, true, configuration(library));
    return true;
  } catch {
    return false;
  }
}

/** A revocation of the primary key counts for all its subkeys. A later reason or date does not soften it. */
async function revoked(library: Library, { primary, key }: Maker): Promise<boolean> {
  const config = configuration(library);
  const none = undefined as never;
  if (await primary.isRevoked(none, none, ANY_TIME, config)) return true;
  return 'mainKey' in key && (await key.isRevoked(none, none, ANY_TIME, config));
}

/** Whether the key is bound to its user or primary key, cross-certified, and meant for signing. */
async function maySign(library: Library, { primary, key }: Maker): Promise<boolean> {
  try {
    await primary.getSigningKey(key.getKeyID(), ANY_TIME, undefined, configuration(library));
    return true;
  } catch {
    return false;
  }
}

function detailsOf(
  library: Library,
  packet: SignaturePacket,
  maker: Maker | null,
  keyExpires: number | null,
  primaryKeyExpires: number | null,
): SignatureDetails {
  const named = packet.issuerFingerprint === null ? packet.issuerKeyID.toHex() : hex(packet.issuerFingerprint);
  const user = userOf(maker);
  return {
    fingerprint: (maker?.key.getFingerprint() ?? named).toUpperCase(),
    primaryFingerprint: maker?.primary.getFingerprint().toUpperCase() ?? null,
    created: Math.floor((packet.created?.getTime() ?? 0) / 1000),
    expires: seconds(packet.getExpirationTime()),
    keyExpires,
    primaryKeyExpires,
    keyAlgorithm: keyAlgorithmName(library, packet.publicKeyAlgorithm),
    hashAlgorithm: hashName(library, packet.hashAlgorithm),
    ...userParts(user?.userID ?? null),
  };
}

/** Name and address as gpgme takes a user id apart: `Name (comment) <address>`; without brackets all of it is the name. */
function userParts(id: string | null): Pick<SignatureDetails, 'userName' | 'userEmail'> {
  if (id === null) return { userName: null, userEmail: null };
  const [, before = '', address = ''] = /^([^<]*)(?:<([^>]*)>?)?/.exec(id) ?? [];
  const name = before.replace(/\([^)]*\)\s*$/, '').trim();
  const isAddress = address === '' && /^[^\s@]+@[^\s@]+$/.test(name);
  return { userName: name, userEmail: isAddress ? name : address };
}

/** The user id that stands first. */
function userOf(maker: Maker | null): UserIDPacket | null {
  return maker?.primary.users.find(({ userID }) => userID !== null)?.userID ?? null;
}

function seconds(time: Date | number | null): number | null {
  return time instanceof Date ? Math.floor(time.getTime() / 1000) : null;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
