import type { EntryMeta } from '@ostrata/contract';
import { S_IFDIR } from '../codec/mode.ts';
import { canonicalXattrs, NO_XATTRS } from '../codec/xattrs.ts';

/** What a directory has that nobody said anything about. */
export const NEW_DIRECTORY = { uid: 0, gid: 0, mode: S_IFDIR | 0o755, xattrs: NO_XATTRS };

/** Metadata with some of it changed, of a file of the given type. */
export function mergeMeta(base: EntryMeta, change: Partial<EntryMeta>, type: number): EntryMeta {
  const { mode = base.mode, uid = base.uid, gid = base.gid, xattrs = base.xattrs } = change;
  return { mode: (mode & 0o7777) | type, uid, gid, xattrs: canonicalXattrs(xattrs) };
}
