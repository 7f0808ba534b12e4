import type { Context } from '@ostrata/contract';
import { sourceError } from './errors.ts';
import type { KeyFile } from './keys.ts';

/**
 * Checks the detached signature of `repomd.xml`: one good signature by one of the keys is enough.
 * @throws HostError SOURCE_METADATA_SIGNATURE
 */
export async function checkRepomdSignature(
  id: string,
  repomd: Uint8Array,
  signature: Uint8Array,
  keys: readonly KeyFile[],
  ctx: Context,
): Promise<void> {
  const openpgp = await import('openpgp');
  // Whoever names an old key of DSA or of 1024 bits trusts it; signatures over SHA-1 and weaker prove nothing.
  const config = { rejectPublicKeyAlgorithms: new Set<number>(), minRSABits: 1024 };
  const fullConfig = { ...openpgp.config, ...config };
  const verificationKeys = (await Promise.all(keys.map((key) => readPublicKeys(openpgp, key)))).flat();
  const date = new Date(ctx.now() * 1000);
  const reasons: string[] = [];
  try {
    const message = await openpgp.createMessage({ binary: repomd });
    const armored = Buffer.from(signature).toString('latin1');
    const parsed = armored.includes('-----BEGIN PGP')
      ? await openpgp.readSignature({ armoredSignature: armored, config })
      : await openpgp.readSignature({ binarySignature: signature, config });
    const { signatures } = await openpgp.verify({
      message,
      signature: parsed,
      verificationKeys,
      config,
      date,
    });
    for (const { verified, keyID } of signatures) {
      try {
        await verified;
        // That asks whether the key was valid when it signed; metadata must be signed by one that is valid now.
        const [key] = verificationKeys.filter((candidate) => candidate.getKeys(keyID).length > 0);
        await key?.getSigningKey(keyID, date, undefined, fullConfig);
        return;
      } catch (error) {
        reasons.push(`key ${keyID.toHex()}: ${(error as Error).message}`);
      }
    }
  } catch (error) {
    reasons.push((error as Error).message);
  }
  throw sourceError(
    'SOURCE_METADATA_SIGNATURE',
    `The metadata of ${id} are not signed by one of its keys: ${reasons.join('; ') || 'there is no signature of a version that is supported'}`,
    {
      hint: 'Check gpgkey; if the key is right, do not trust this mirror.',
      data: { id, reasons },
    },
  );
}

const ARMORED = /-----BEGIN PGP PUBLIC KEY BLOCK-----[\s\S]*?-----END PGP PUBLIC KEY BLOCK-----/g;

async function readPublicKeys(openpgp: typeof import('openpgp'), { name, bytes }: KeyFile) {
  try {
    const blocks = bytes.toString('latin1').match(ARMORED);
    if (blocks === null) return await openpgp.readKeys({ binaryKeys: bytes });
    return (await Promise.all(blocks.map((armoredKeys) => openpgp.readKeys({ armoredKeys })))).flat();
  } catch (error) {
    throw sourceError('SOURCE_NO_KEY', `${name} holds no public key that can be read: ${(error as Error).message}`, {
      hint: 'Correct gpgkey.',
      data: { name },
      cause: error,
    });
  }
}
