import { hash } from 'node:crypto';
import { mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Context, TRANSPORT } from '@ostrata/contract';
import { rpmError } from '../errors.ts';

/** Bytes that a package may have. */
const MAX_PACKAGE = 16 * 2 ** 30;

export const isUrl = (text: string): boolean => /^https?:\/\//i.test(text);

/** Brings a package file of a server into the cache. Without a connection the copy of an earlier time is taken. */
export async function download(url: string, cacheOnly: boolean, ctx: Context): Promise<string> {
  const name = decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '').replace(/[^A-Za-z0-9._+~^-]/g, '_');
  const destination = join(ctx.environment.cacheDir, 'packages', `${hash('sha256', url).slice(0, 32)}-${name}`);
  if (cacheOnly) {
    if (statSync(destination, { throwIfNoEntry: false })?.isFile()) return destination;
    throw rpmError('RPM_FILE_ABSENT', `${url} is not in the cache.`, {
      hint: 'Download it once with a network.',
      data: { file: url },
    });
  }
  mkdirSync(dirname(destination), { recursive: true });
  const transport = await ctx.get(TRANSPORT, new URL(url).protocol.slice(0, -1).toLowerCase());
  await transport.get({ urls: [url], destination, maxSize: MAX_PACKAGE }, ctx);
  return destination;
}
