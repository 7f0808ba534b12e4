import { generateKey, type PrivateKey, readPrivateKey } from 'openpgp';

/** Before the time of test contexts. */
export const KEY_TIME = new Date(1_600_000_000_000);

export interface TestKey {
  readonly secret: PrivateKey;
  readonly armoredSecret: string;
  readonly armoredPublic: string;
  /** Armored public key with a revocation of it. */
  readonly revoked: string;
}

/** A new key; `passphrase` protects it. */
export async function testKey(
  name: string,
  options: { passphrase?: string; date?: Date; keyExpirationTime?: number; type?: 'ecc' | 'rsa' } = {},
): Promise<TestKey> {
  const { type = 'ecc', ...others } = options;
  const made = await generateKey({
    userIDs: [{ name, email: `${name}@example.com` }],
    date: KEY_TIME,
    format: 'armored',
    type: type as 'ecc',
    ...(type === 'rsa' ? { rsaBits: 2048 } : {}),
    ...others,
  });
  const secret = await readPrivateKey({ armoredKey: made.privateKey });
  const revoked = options.passphrase === undefined ? await secret.revoke() : secret;
  return {
    secret,
    armoredSecret: made.privateKey,
    armoredPublic: made.publicKey,
    revoked: revoked.toPublic().armor(),
  };
}
