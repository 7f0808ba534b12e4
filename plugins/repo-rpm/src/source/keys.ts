import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Context } from '@ostrata/core';
import type { Access } from './access.ts';
import type { RepositoryCache } from './cache.ts';
import { sourceError } from './errors.ts';
import { fileSize } from './local-file.ts';
import { schemeOf } from './urls.ts';

/** Bytes that a key file may have. */
const MAX_KEY = 4 * 2 ** 20;

export interface KeyFile {
  readonly name: string;
  readonly bytes: Buffer;
}

/**
 * The key files of a repository's `gpgkey`; remote ones are fetched once and kept in the cache.
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
    const file = cache.key(url);
    if (cacheOnly || fileSize(file) !== null) {
      const cached = fileSize(file) === null ? null : readFileSync(file);
      if (cached !== null) return cached;
      throw sourceError('SOURCE_NOT_CACHED', `The key ${url} is not in the cache.`, {
        hint: 'Refresh once with a network.',
        data: { url },
      });
    }
    await access.get({ urls: [url], destination: file, maxSize: MAX_KEY }, ctx);
    return readFileSync(file);
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
