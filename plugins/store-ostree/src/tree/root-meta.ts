import type { Stats } from 'node:fs';
import { directoryPermissions, userFilePermissions } from '../checkout/modes.ts';
import { decodeOwnership, type Ownership } from '../codec/dir-meta.ts';
import type { FileMeta } from '../codec/file-header.ts';
import { isSymlink, S_IFDIR, S_IFMT } from '../codec/mode.ts';
import { canonicalXattrs, type Xattr } from '../codec/xattrs.ts';
import type { RepoMode } from '../repo/object-path.ts';
import { OSTREEMETA } from '../repo/storage/bare-user.ts';

export interface RootContext {
  readonly userOwned: boolean;
  readonly linked: boolean;
  readonly repoMode: RepoMode;
}

/** What a directory of a root means for the tree; `before` is what the tree has at its path, where that is still the same one. */
export function directoryFromDisk(
  context: RootContext,
  stat: Stats,
  xattrs: readonly Xattr[],
  before: Ownership | undefined,
): Ownership {
  const disk = { uid: stat.uid, gid: stat.gid, mode: stat.mode, xattrs: ownXattrs(xattrs, before) };
  if (!context.userOwned) return disk;
  return fromUser(disk, before, (mode) => [directoryPermissions(context.repoMode, mode)]);
}

/** What a file of a root means for the tree; `before` is the file that the tree has at its path. */
export function fileFromDisk(context: RootContext, found: FileMeta, before: FileMeta | undefined): FileMeta {
  const origin = context.userOwned ? originOf(context, found, before) : before;
  const disk = { ...found, xattrs: ownXattrs(found.xattrs, origin) };
  if (!context.userOwned) return disk;
  const permissions = (mode: number) =>
    isSymlink(mode) ? [mode & ~S_IFMT] : userFilePermissions(context.repoMode, mode);
  return { ...fromUser(disk, origin, permissions), target: found.target };
}

/**
 * The metadata of the stored file that a file of the user began as. Over hard links into a repository of
 * mode bare-user a file that was changed in place still has the attribute of the object, and one that was put in its place has not;
 * elsewhere the path decides.
 */
function originOf(context: RootContext, found: FileMeta, before: FileMeta | undefined): Ownership | undefined {
  if (!context.linked || context.repoMode !== 'bare-user' || isSymlink(found.mode)) return before;
  const attribute = found.xattrs.find(([name]) => name === OSTREEMETA);
  return attribute ? decodeOwnership(attribute[1]) : undefined;
}

/** Where all is the user's: what the user owns keeps its owner of before or is root's, and unchanged permissions mean the full mode. */
function fromUser(
  disk: Ownership,
  origin: Ownership | undefined,
  permissions: (mode: number) => readonly number[],
): Ownership {
  const sameType = origin && (origin.mode & S_IFMT) === (disk.mode & S_IFMT) ? origin : undefined;
  const expected = sameType ? permissions(sameType.mode) : [];
  const found = disk.mode & 0o7777;
  const same = sameType && expected.some((mode) => found === mode || found === (mode | openBits(disk.mode)));
  const names = new Set(disk.xattrs.map(([name]) => name));
  const hidden = (sameType?.xattrs ?? []).filter(([name]) => !names.has(name));
  return {
    uid: disk.uid === process.geteuid?.() ? (sameType?.uid ?? 0) : disk.uid,
    gid: disk.gid === process.getegid?.() ? (sameType?.gid ?? 0) : disk.gid,
    mode: same ? sameType.mode : disk.mode,
    xattrs: canonicalXattrs([...disk.xattrs, ...hidden]),
  };
}

/** What the owner of a root needs to read a file or a directory of it. */
export function openBits(mode: number): number {
  return (mode & S_IFMT) === S_IFDIR ? 0o500 : 0o400;
}

const SELINUX = 'security.selinux';

/** Without the notes of overlayfs and of the repository. The label of a file in a root is the host's: the tree's own stays. */
function ownXattrs(xattrs: readonly Xattr[], before: Ownership | undefined): readonly Xattr[] {
  const own = xattrs.filter(
    ([name]) =>
      name !== OSTREEMETA &&
      name !== SELINUX &&
      !name.startsWith('trusted.overlay.') &&
      !name.startsWith('user.overlay.'),
  );
  const label = before?.xattrs.find(([name]) => name === SELINUX);
  return label ? canonicalXattrs([...own, label]) : own;
}
