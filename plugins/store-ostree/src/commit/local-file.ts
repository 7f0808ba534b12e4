import { readFileSync, type Stats } from 'node:fs';
import type { FileMeta } from '../codec/file-header.ts';
import { bareMeta, readXattrs } from '../repo/storage/bare.ts';

/** A regular file or symbolic link of the file system as an object would have it. */
export function readLocalFile(path: string, stat: Stats): { readonly meta: FileMeta; readonly content: Uint8Array } {
  const meta = bareMeta(path, stat, readXattrs(path));
  return { meta, content: stat.isSymbolicLink() ? new Uint8Array() : readFileSync(path) };
}
