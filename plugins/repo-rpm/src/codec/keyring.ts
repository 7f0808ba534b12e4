import type { KeyObject } from 'node:crypto';
import type { Config, Key, PublicKey } from 'openpgp';
import { RpmFormatError } from './errors.ts';
import type { SignaturePacket } from './openpgp-packet.ts';
import { importKey } from './public-key.ts';

/** A key that may sign packages. */
export interface SigningKey {
  /** 16 hexadecimal digits. */
  readonly keyId: string;
  readonly fingerprint: string;
  /** The primary key's fingerprint and first user id: whom the user trusted. */
  readonly primaryFingerprint: string;
  readonly userId: string;
  readonly algorithm: number;
  readonly key: KeyObject;
  /** Seconds since 1970 between which the key may sign. */
  readonly validFrom: number;
  readonly validUntil: number;
}

/** Trusted keys by their ids. Ids can collide, by intent even: all that have one are tried. */
export type Keyring = ReadonlyMap<string, readonly SigningKey[]>;

/** openpgp.js's form of a key's numbers. */
interface RawKey {
  readonly algorithm: number;
  readonly publicParams: Readonly<Record<string, unknown>>;
}

/** Old distributions are signed with DSA and with RSA of 1024 bits: whoever trusts such a key trusts it. */
function lenient(openpgp: typeof import('openpgp')): Config {
  return {
    ...openpgp.config,
    rejectPublicKeyAlgorithms: new Set(),
    minRSABits: 1024,
    rejectHashAlgorithms: new Set([openpgp.enums.hash.md5]),
  };
}

function parametersOf(raw: RawKey): { curve?: string; parameters: Record<string, Uint8Array> } {
  const parameters: Record<string, Uint8Array> = {};
  for (const [name, value] of Object.entries(raw.publicParams))
    if (value instanceof Uint8Array) parameters[name] = value;
  const oid = raw.publicParams['oid'] as { getName?: () => string } | undefined;
  const curve = oid?.getName?.();
  return curve === undefined ? { parameters } : { curve, parameters };
}

function seconds(date: Date | number | null): number {
  return date instanceof Date ? Math.floor(date.getTime() / 1000) : date === null ? 0 : Number.MAX_SAFE_INTEGER;
}

type Member = Pick<PublicKey, 'getFingerprint' | 'getKeyID' | 'getCreationTime' | 'getExpirationTime'> & {
  readonly keyPacket: unknown;
};

async function signingKeys(key: Key, config: Config): Promise<SigningKey[]> {
  const primaryFingerprint = key.getFingerprint();
  const userId = key.getUserIDs()[0] ?? '';
  const found: SigningKey[] = [];
  for (const member of [key, ...key.getSubkeys()] as Member[]) {
    const id = member.getKeyID();
    const created = member.getCreationTime();
    // Fails for a revoked key, one not bound to its primary key and one that must not sign. Null is any time: each signature has its own.
    const usable = await key.getSigningKey(id, null as unknown as Date, undefined, config).catch(() => undefined);
    if (!usable) continue;
    const raw = member.keyPacket as RawKey;
    const imported = importKey({ algorithm: raw.algorithm, ...parametersOf(raw) });
    if (!imported) continue;
    found.push({
      keyId: id.toHex(),
      fingerprint: member.getFingerprint(),
      primaryFingerprint,
      userId,
      algorithm: raw.algorithm,
      key: imported,
      validFrom: seconds(created),
      validUntil: seconds(await member.getExpirationTime()),
    });
  }
  return found;
}

/**
 * Reads trusted public keys, armored or binary, several in a file.
 * @param files contents of key files with a name each for errors.
 * @throws RpmFormatError RPM_KEY_INVALID when a file holds no key.
 */
export async function readKeyring(
  files: readonly { readonly name: string; readonly bytes: Uint8Array }[],
): Promise<Keyring> {
  const openpgp = await import('openpgp');
  const config = lenient(openpgp);
  const keyring = new Map<string, SigningKey[]>();
  for (const { name, bytes } of files) {
    for (const part of splitArmor(bytes)) {
      const keys = await readKeys(openpgp, part, config).catch((cause: unknown) => {
        throw new RpmFormatError('RPM_KEY_INVALID', `${name} holds no public key that can be read`, { name }, cause);
      });
      for (const key of keys) {
        for (const signing of await signingKeys(key, config)) addKey(keyring, signing);
      }
    }
  }
  return keyring;
}

function addKey(keyring: Map<string, SigningKey[]>, key: SigningKey): void {
  const same = keyring.get(key.keyId) ?? [];
  if (!same.some(({ fingerprint }) => fingerprint === key.fingerprint)) keyring.set(key.keyId, [...same, key]);
}

const ARMOR = /-----BEGIN PGP PUBLIC KEY BLOCK-----[\s\S]*?-----END PGP PUBLIC KEY BLOCK-----/g;

/** The armored blocks of a file one by one, or the whole file when it has none. */
function splitArmor(bytes: Uint8Array): (string | Uint8Array)[] {
  const blocks = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1').match(ARMOR);
  return blocks ?? [bytes];
}

function readKeys(openpgp: typeof import('openpgp'), part: string | Uint8Array, config: Config): Promise<Key[]> {
  return typeof part === 'string'
    ? openpgp.readKeys({ armoredKeys: part, config })
    : openpgp.readKeys({ binaryKeys: part, config });
}

/** The trusted keys that may have made a signature. */
export function keysFor(keyring: Keyring, packet: SignaturePacket): readonly SigningKey[] {
  return (keyring.get(packet.keyId) ?? []).filter(({ algorithm }) => algorithm === packet.keyAlgorithm);
}
