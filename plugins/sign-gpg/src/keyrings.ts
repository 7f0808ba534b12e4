import { type Context, EXEC, type KeySource } from '@ostrata/contract';
import type { Keyrings, PublicKeyInfo } from '@ostrata/signatures';
import type { PublicKey } from 'openpgp';
import { gpgError } from './errors.ts';
import { answersTo } from './key-id.ts';
import { describeKey, keyInfo } from './key-info.ts';
import { loadPublicKeys, mergeKeys } from './load-keys.ts';
import { openPgp } from './openpgp.ts';

/** Keyrings of OpenPGP keys: files of transferable public keys, one after another. */
export class GpgKeyrings implements Keyrings {
  readonly describe = describeKey;

  async list(sources: readonly KeySource[], ctx: Context): Promise<readonly PublicKeyInfo[]> {
    const library = await openPgp();
    const infos: PublicKeyInfo[] = [];
    for (const key of await loadPublicKeys(sources)) {
      ctx.signal.throwIfAborted();
      infos.push(await keyInfo(library, key, ctx.now()));
    }
    return infos;
  }

  async add(
    keyring: KeySource | null,
    from: readonly KeySource[] | null,
    ids: readonly string[] | null,
    ctx: Context,
  ): Promise<{ readonly keyring: Uint8Array; readonly added: number }> {
    ctx.signal.throwIfAborted();
    const found = await loadPublicKeys(from ?? [await ownKeyring(ctx)]);
    const chosen = ids === null ? found : ids.flatMap((id) => choose(found, id));
    const before = keyring === null ? [] : await loadPublicKeys([keyring]);
    const after = await mergeKeys([...before, ...chosen]);
    return { keyring: Buffer.concat(after.map((key) => key.write())), added: after.length - before.length };
  }
}

function choose(keys: readonly PublicKey[], id: string): readonly PublicKey[] {
  const chosen = keys.filter((key) => answersTo(key, id));
  if (chosen.length > 0) return chosen;
  throw gpgError('GPG_KEY_UNKNOWN', `There is no OpenPGP key ${id} among those to be added.`, {
    hint: 'Name a key id, a fingerprint or a user id of one that is there.',
    data: { id, found: keys.slice(0, 20).map((key) => key.getFingerprint().toUpperCase()) },
  });
}

/** What gpg has in the user's home directory. */
async function ownKeyring(ctx: Context): Promise<KeySource> {
  const exec = await ctx.get(EXEC);
  const argv = ['gpg', '--batch', '--no-tty', '--no-armor', '--export'];
  const { code, stdout, stderr } = await exec.run({ argv, env: ctx.environment.commandEnv, signal: ctx.signal });
  if (code === 0) return { keys: stdout, name: 'the keyring of gpg' };
  const said = stderr.toString('utf8').trim().split('\n').slice(-5);
  throw gpgError('GPG_KEY_UNREADABLE', 'gpg did not export the keys of its home directory.', {
    hint: `It said: ${said.at(-1) ?? 'nothing'}`,
    data: { code, said },
  });
}
