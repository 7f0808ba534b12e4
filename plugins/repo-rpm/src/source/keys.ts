import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Context } from '@ostrata/contract';
import type { Access } from './access.ts';
import type { RepositoryCache } from './cache.ts';
import { placesNamed } from './definition.ts';
import { sourceError } from './errors.ts';
import { fileSize } from './local-file.ts';
import { isForeign, schemeOf } from './urls.ts';

/** Bytes that a key file may have. */
const MAX_KEY = 4 * 2 ** 20;

export interface KeyFile {
  readonly name: string;
  readonly bytes: Buffer;
}

/**
 * The key files of a repository's `gpgkey`; remote ones are fetched, and taken from the cache when they are not to be had.
 * @throws HostError SOURCE_NO_KEY
 */
export async function readKeys(
  access: Access,
  cache: RepositoryCache,
  cacheOnly: boolean,
  ctx: Context,
): Promise<KeyFile[]> {
  const { id, gpgkey } = access.definition;
  if (gpgkey.length === 0) {
    throw sourceError('SOURCE_NO_KEY', `Signatures of the repository ${id} shall be checked, and it names no key.`, {
      hint: 'Set gpgkey to the key of the repository, or gpgcheck=0 to trust it without.',
      data: { id },
    });
  }
  return Promise.all(
    gpgkey.map(async (url) => ({ name: url, bytes: await readKey(url, access, cache, cacheOnly, ctx) })),
  );
}

async function readKey(
  url: string,
  access: Access,
  cache: RepositoryCache,
  cacheOnly: boolean,
  ctx: Context,
): Promise<Buffer> {
  try {
    if (schemeOf(url) === 'file') return readFileSync(fileURLToPath(url));
    return await readRemoteKey(url, access, cache, cacheOnly, ctx);
  } catch (error) {
    ctx.signal.throwIfAborted();
    throw sourceError(
      'SOURCE_NO_KEY',
      `The key ${url} of the repository ${access.definition.id} cannot be read: ${(error as Error).message}`,
      {
        hint: 'Correct gpgkey.',
        data: { id: access.definition.id, url },
        cause: error,
      },
    );
  }
}

async function readRemoteKey(
  url: string,
  access: Access,
  cache: RepositoryCache,
  cacheOnly: boolean,
  ctx: Context,
): Promise<Buffer> {
  const file = cache.key(url);
  const isCached = fileSize(file) !== null;
  if (cacheOnly && !isCached) {
    throw sourceError('SOURCE_NOT_CACHED', `The key ${url} is not in the cache.`, {
      hint: 'Refresh once with a network.',
      data: { url },
    });
  }
  try {
    // Asked for in every run: keys are renewed under the same URL.
    const anonymous = isForeign(url, placesNamed(access.definition));
    if (!cacheOnly) await access.get({ urls: [url], destination: file, maxSize: MAX_KEY, anonymous }, ctx);
  } catch (error) {
    if (!isCached) throw error;
  }
  return readFileSync(file);
}
