import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context, KeySource } from '@ostrata/contract';
import { KEYRINGS, type Keyrings } from '@ostrata/signatures';
import { findRemote, type RemotePlace } from '../../remote/index.ts';
import { replaceFile } from '../../repo/replace-file.ts';
import type { Repository } from '../../repo/repository.ts';
import { VerbError } from '../error.ts';
import { GPG } from './mechanism.ts';

/** Looks after OpenPGP keyrings. Throws a VerbError where no plugin does. */
export async function gpgKeyrings(ctx: Context): Promise<Keyrings> {
  if (ctx.keys(KEYRINGS).includes(GPG)) return ctx.get(KEYRINGS, GPG);
  throw new VerbError('GPG feature is disabled: the plugin sign-gpg is not enabled');
}

/**
 * Takes OpenPGP keys into the keyring of a remote and gives the number of those that were not in it. `from` null is the user's own keyring;
 * without ids it takes all.
 */
export async function importKeys(
  repo: Repository,
  name: string,
  from: readonly KeySource[] | null,
  ids: readonly string[],
  ctx: Context,
  place: RemotePlace = {},
): Promise<number> {
  findRemote(repo, name, place);
  const path = join(repo.path, `${name}.trustedkeys.gpg`);
  const keyrings = await gpgKeyrings(ctx);
  const before = existing(path);
  const { keyring, added } = await keyrings.add(before, from, ids.length > 0 ? ids : null, ctx);
  replaceFile(path, keyring, { fsync: repo.config.fsync });
  return added;
}

/** What is said after an import. */
export const importReport = (count: number, remote: string): string =>
  `Imported ${count} GPG key${count === 1 ? '' : 's'} to remote "${remote}"\n`;

function existing(path: string): KeySource | null {
  try {
    const keys = readFileSync(path);
    return keys.length === 0 ? null : { keys, name: path };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
