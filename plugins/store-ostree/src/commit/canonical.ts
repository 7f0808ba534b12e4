import type { Ownership } from '../codec/dir-meta.ts';
import type { FileMeta } from '../codec/file-header.ts';
import { isRegular, S_IFMT } from '../codec/mode.ts';
import { NO_XATTRS } from '../codec/xattrs.ts';
import type { RepoMode } from '../repo/object-path.ts';

/** The permissions that `ostree commit --canonical-permissions` leaves, and that mode bare-user-only always asks for. */
const PERMISSIONS = 0o755;

export const canonicalMode = (mode: number): number => mode & (S_IFMT | PERMISSIONS);

/** The file as a repository of this mode holds it: in mode bare-user-only root's, with plain permissions, without attributes. */
export function canonicalFileMeta(mode: RepoMode, meta: FileMeta): FileMeta {
  if (mode !== 'bare-user-only') return meta;
  return {
    uid: 0,
    gid: 0,
    mode: isRegular(meta.mode) ? canonicalMode(meta.mode) : meta.mode,
    target: meta.target,
    xattrs: NO_XATTRS,
  };
}

export function canonicalDirMeta(mode: RepoMode, meta: Ownership): Ownership {
  return mode === 'bare-user-only' ? { uid: 0, gid: 0, mode: canonicalMode(meta.mode), xattrs: NO_XATTRS } : meta;
}
