import { createHash } from 'node:crypto';
import type { EntryMeta } from '@ostrata/core';

export function sha256(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(typeof part === 'string' ? `${part.length}:${part}` : part);
  return hash.digest('hex');
}

export function metaText(meta: EntryMeta): string {
  const xattrs = meta.xattrs.map(([name, value]) => [name, Buffer.from(value).toString('base64')]);
  return JSON.stringify([meta.mode, meta.uid, meta.gid, xattrs]);
}
