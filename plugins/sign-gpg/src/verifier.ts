import type { Context, KeySource, RemoteTrust, Signature, Verifier } from '@ostrata/contract';
import { describe } from './describe.ts';
import { type Code, gpgError } from './errors.ts';
import { judge } from './judge.ts';
import { isBy } from './key-id.ts';
import { loadPublicKeys } from './load-keys.ts';
import { METADATA_KEY } from './metadata-key.ts';
import { openPgp } from './openpgp.ts';
import { readSignatures } from './read-signatures.ts';
import { trustOf } from './remote-trust.ts';

/** Checks OpenPGP signatures. Without a key at all every signature is of an unknown one, as with libostree. */
export class GpgVerifier implements Verifier {
  readonly metadataKey = METADATA_KEY;
  readonly describe = describe;
  readonly isBy = isBy;

  async verify(
    data: Uint8Array,
    signatures: readonly Uint8Array[],
    sources: readonly KeySource[],
    ctx: Context,
  ): Promise<readonly Signature[]> {
    ctx.signal.throwIfAborted();
    if (sources.length === 0) {
      throw gpgError('GPG_KEY_NONE', 'No OpenPGP keys are named to check signatures with.', {
        hint: 'Name a keyring, or import keys for the remote.',
      });
    }
    const [library, keys] = [await openPgp(), await loadPublicKeys(sources)];
    const warn = (what: string, key: string) =>
      ctx.progress.warning(
        'GPG_UNSUPPORTED' satisfies Code,
        `A signature by the key ${key} cannot be checked: ${what} is not supported.`,
        'Sign with another key as well.',
      );
    const verdicts: Signature[] = [];
    for (const signature of signatures) {
      ctx.signal.throwIfAborted();
      const packets = await readSignatures(signature);
      if (packets === null) verdicts.push({ key: '', verdict: 'bad', signer: null });
      else for (const packet of packets) verdicts.push(await judge(library, data, packet, keys, ctx.now(), warn));
    }
    return verdicts;
  }

  async trusted(remote: RemoteTrust): Promise<readonly KeySource[]> {
    return trustOf(remote);
  }
}
