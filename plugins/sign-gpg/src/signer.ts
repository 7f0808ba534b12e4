import { statSync } from 'node:fs';
import type { Context } from '@ostrata/contract';
import type { SecretKey, Signer } from '@ostrata/signatures';
import { METADATA_KEY } from './metadata-key.ts';
import { signWithFile } from './sign-with-file.ts';
import { signWithHome } from './sign-with-home.ts';

/** Signs with OpenPGP keys: out of files by itself, out of a GnuPG home directory (a directory, or null: the user's) by gpg. */
export class GpgSigner implements Signer {
  readonly metadataKey = METADATA_KEY;

  async sign(data: Uint8Array, keys: readonly SecretKey[], ctx: Context): Promise<readonly Uint8Array[]> {
    const signatures: Uint8Array[] = [];
    for (const { from, id } of keys) {
      ctx.signal.throwIfAborted();
      if (from === null) signatures.push(await signWithHome(data, null, id, ctx));
      else if (typeof from !== 'string' && 'trust' in from)
        signatures.push(await signWithHome(data, from.trust, id, ctx));
      else if (isDirectory(from)) signatures.push(await signWithHome(data, from, id, ctx));
      else signatures.push(await signWithFile(data, from, id, ctx.now()));
    }
    return signatures;
  }
}

function isDirectory(from: SecretKey['from']): from is string {
  return typeof from === 'string' && statSync(from, { throwIfNoEntry: false })?.isDirectory() === true;
}
