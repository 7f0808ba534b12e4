import type { KeySource } from '@ostrata/contract';
import type { PrivateKey } from 'openpgp';
import { gpgError } from './errors.ts';
import { answersTo } from './key-id.ts';
import { loadSecretKeys } from './load-keys.ts';
import { configuration, openPgp } from './openpgp.ts';

/**
 * A detached signature with a key of a file, at `now` (seconds since the epoch). Throws `GPG_KEY_UNKNOWN`, `GPG_KEY_PROTECTED`,
 * `GPG_SIGNING_FAILED`.
 */
export async function signWithFile(
  data: Uint8Array,
  from: Exclude<KeySource, { trust: string }>,
  id: string | null,
  now: number,
): Promise<Uint8Array> {
  const name = typeof from === 'string' ? from : from.name;
  const key = choose(await loadSecretKeys(from), id, name);
  const facts = { file: name, key: key.getFingerprint().toUpperCase() };
  if (!key.isDecrypted()) {
    throw gpgError('GPG_KEY_PROTECTED', `The secret key ${facts.key} in ${name} is protected by a passphrase.`, {
      hint: 'Import it into a GnuPG home directory and name that: gpg-agent asks for passphrases. Or export it without one.',
      data: facts,
    });
  }
  const library = await openPgp();
  try {
    const message = await library.createMessage({ binary: data });
    const date = new Date(now * 1000);
    const config = configuration(library);
    return await library.sign({ message, signingKeys: key, detached: true, format: 'binary', date, config });
  } catch (cause) {
    throw gpgError('GPG_SIGNING_FAILED', `The key ${facts.key} in ${name} cannot sign: ${(cause as Error).message}.`, {
      hint: 'Look whether it has expired, was revoked, or has no part that may sign.',
      data: facts,
      cause,
    });
  }
}

/** The one key that an id means. */
function choose(keys: readonly PrivateKey[], id: string | null, file: string): PrivateKey {
  const fits = id === null ? keys : keys.filter((key) => answersTo(key, id));
  const [only] = fits;
  if (only !== undefined && fits.length === 1) return only;
  const found = keys.map((key) => key.getFingerprint().toUpperCase());
  const what =
    only === undefined
      ? `has no secret key ${id}`
      : `has ${fits.length} secret keys${id === null ? '' : ` that ${id} could mean`}`;
  throw gpgError('GPG_KEY_UNKNOWN', `${file} ${what}.`, {
    hint: `Name one by its fingerprint: ${found.slice(0, 5).join(', ')}.`,
    data: { file, id, found: found.slice(0, 20) },
  });
}
