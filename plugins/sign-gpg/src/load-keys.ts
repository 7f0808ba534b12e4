import type { KeySource } from '@ostrata/contract';
import type { Key, PrivateKey, PublicKey } from 'openpgp';
import { type KeyBlock, keyBlocks } from './codec/key-blocks.ts';
import { gpgError } from './errors.ts';
import { type KeyBytes, readKeyFiles, readKeyrings } from './key-files.ts';
import { ANY_TIME, configuration, openPgp } from './openpgp.ts';

/**
 * The public keys of all sources; a key that stands in several is merged, so that a revocation anywhere counts. A file that is named
 * must have a key in it; one in a directory need not, as with libostree. Keys that the library cannot read (version 3) are passed over.
 */
export async function loadPublicKeys(sources: readonly KeySource[]): Promise<PublicKey[]> {
  const keys: PublicKey[] = [];
  for (const source of sources) {
    const isTrust = typeof source !== 'string' && 'trust' in source;
    const files = isTrust ? readKeyrings(source.trust) : filesOf(source);
    const isNamed = !isTrust && files.every(({ name }) => typeof source !== 'string' || name === source);
    for (const file of files) {
      const found = isNamed ? await readKeys(file) : await keysIfAny(file);
      if (found.length === 0 && isNamed) throw noKeys(file, null);
      keys.push(...found.map((key) => key.toPublic()));
    }
  }
  return mergeKeys(keys);
}

/** Each key once, in order of first appearance, with all that is known of it. */
export async function mergeKeys(keys: readonly PublicKey[]): Promise<PublicKey[]> {
  const config = configuration(await openPgp());
  const merged = new Map<string, PublicKey>();
  for (const key of keys) {
    const known = merged.get(key.getFingerprint());
    merged.set(key.getFingerprint(), known === undefined ? key : await known.update(key, ANY_TIME, config));
  }
  return [...merged.values()];
}

/** The secret keys in a file, or in its contents. */
export async function loadSecretKeys(source: Exclude<KeySource, { trust: string }>): Promise<PrivateKey[]> {
  const keys: PrivateKey[] = [];
  for (const file of filesOf(source)) {
    const found = (await readKeys(file)).filter((key) => key.isPrivate());
    if (found.length === 0) throw noKeys(file, null, 'secret ');
    keys.push(...found);
  }
  return keys;
}

function filesOf(source: Exclude<KeySource, { trust: string }>): KeyBytes[] {
  return typeof source === 'string' ? readKeyFiles(source) : [{ name: source.name, bytes: source.keys }];
}

/** Of a file in a directory, which may be anything. */
async function keysIfAny(file: KeyBytes): Promise<Key[]> {
  try {
    return await readKeys(file);
  } catch {
    return [];
  }
}

async function readKeys(file: KeyBytes): Promise<Key[]> {
  let blocks: KeyBlock[];
  try {
    blocks = keyBlocks(file.bytes);
  } catch (cause) {
    throw noKeys(file, cause);
  }
  const library = await openPgp();
  const config = configuration(library);
  const keys: Key[] = [];
  for (const block of blocks) {
    try {
      keys.push(
        ...('armored' in block
          ? await library.readKeys({ armoredKeys: block.armored, config })
          : await library.readKeys({ binaryKeys: block.binary, config })),
      );
    } catch {}
  }
  return keys;
}

function noKeys({ name }: KeyBytes, cause: unknown, kind = '') {
  const why = cause instanceof Error ? `: ${cause.message}` : '';
  return gpgError('GPG_KEY_INVALID', `${name} has no ${kind}OpenPGP keys in it${why}.`, {
    hint: 'Export the keys with gpg --export (or --export-secret-keys), with or without --armor.',
    data: { file: name },
    ...(cause === null ? {} : { cause }),
  });
}
