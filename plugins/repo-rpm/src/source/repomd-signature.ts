import type { Context } from '@ostrata/core';
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
  // Old repositories are signed with SHA-1 and small keys: who names such a key trusts it; MD5 proves nothing.
  const config = {
    rejectPublicKeyAlgorithms: new Set<number>(),
    minRSABits: 1024,
    rejectHashAlgorithms: new Set([openpgp.enums.hash.md5]),
    rejectMessageHashAlgorithms: new Set([openpgp.enums.hash.md5, openpgp.enums.hash.ripemd]),
  };
  const verificationKeys = (await Promise.all(keys.map((key) => readPublicKeys(openpgp, key)))).flat();
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
      date: new Date(ctx.now() * 1000),
    });
    for (const { verified, keyID } of signatures) {
      try {
        await verified;
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
    `The metadata of ${id} are not signed by one of its keys: ${reasons.join('; ') || 'there is no signature'}`,
    {
      hint: 'Check gpgkey; if the key is right, do not trust this mirror.',
      data: { id, reasons },
    },
  );
}

async function readPublicKeys(openpgp: typeof import('openpgp'), { name, bytes }: KeyFile) {
  const text = bytes.toString('latin1');
  try {
    return text.includes('-----BEGIN PGP')
      ? await openpgp.readKeys({ armoredKeys: text })
      : await openpgp.readKeys({ binaryKeys: bytes });
  } catch (error) {
    throw sourceError('SOURCE_NO_KEY', `${name} holds no public key that can be read: ${(error as Error).message}`, {
      hint: 'Correct gpgkey.',
      data: { name },
      cause: error,
    });
  }
}
