import { isUtf8 } from 'node:buffer';
import {
  fchmodSync,
  fchownSync,
  lchownSync,
  lstatSync,
  readFileSync,
  readlinkSync,
  type Stats,
  symlinkSync,
} from 'node:fs';
import { isSymlink } from '../../codec/mode.ts';
import { canonicalXattrs, NO_XATTRS, type Xattr } from '../../codec/xattrs.ts';
import { storeError } from '../../errors.ts';
import { lgetxattr, llistxattr, lsetxattr } from '../../syscalls.ts';
import { borrowing, type FileStorage, type StoredFile, writeBareFile } from './storage.ts';

/** Mode bare: files as they are, with owners, modes and extended attributes of their own. */
export function bareStorage(options: { xattrs: boolean }): FileStorage {
  const inspect = (path: string): StoredFile => {
    const stat = lstatSync(path);
    return { meta: bareMeta(path, stat, options.xattrs ? readXattrs(path) : NO_XATTRS), size: bareSize(stat) };
  };
  return {
    glance: glanceBare,
    inspect,
    read(path) {
      const { meta } = inspect(path);
      return { meta, content: isSymlink(meta.mode) ? new Uint8Array() : readFileSync(path) };
    },
    stream: (path) => borrowing(path, inspect(path)),
    write(path, meta, content) {
      const setXattrs = () => {
        for (const [name, value] of meta.xattrs) lsetxattr(path, name, value);
      };
      if (isSymlink(meta.mode)) {
        symlinkSync(meta.target, path);
        lchownSync(path, meta.uid, meta.gid);
        setXattrs();
        return;
      }
      writeBareFile(path, content, (fd) => {
        // In this order: a change of owner drops capabilities and the setuid bit.
        fchownSync(fd, meta.uid, meta.gid);
        fchmodSync(fd, meta.mode & 0o7777);
        setXattrs();
      });
    },
  };
}

export function glanceBare(path: string): { readonly mode: number; readonly size: number } {
  const stat = lstatSync(path);
  return { mode: stat.mode, size: bareSize(stat) };
}

export const bareSize = (stat: Stats): number => (stat.isSymbolicLink() ? 0 : stat.size);

export function bareMeta(path: string, stat: Stats, xattrs: readonly Xattr[]) {
  return {
    uid: stat.uid,
    gid: stat.gid,
    mode: stat.mode,
    target: stat.isSymbolicLink() ? readTarget(path) : '',
    xattrs,
  };
}

/** Throws OSTREE_SOURCE_UNSUPPORTED for a target that is no text: node puts other characters in its place. */
function readTarget(path: string): string {
  const target = readlinkSync(path);
  if (target.includes('\ufffd') && !isUtf8(readlinkSync(path, { encoding: 'buffer' }))) {
    throw storeError('OSTREE_SOURCE_UNSUPPORTED', `${path} is a symbolic link whose target is not valid UTF-8.`, {
      hint: 'Remove it: OSTree cannot hold it.',
      data: { path, reason: 'encoding' },
    });
  }
  return target;
}

/** The extended attributes of a path, not following a link, in canonical order. */
export function readXattrs(path: string): readonly Xattr[] {
  const names = llistxattr(path);
  if (names.length === 0) return NO_XATTRS;
  const xattrs: Xattr[] = [];
  for (const name of names) {
    const value = lgetxattr(path, name);
    // libostree takes an attribute without a value for none (libglnx, glnx-xattrs.c).
    if (value && value.length > 0) xattrs.push([name, value]);
  }
  return canonicalXattrs(xattrs);
}
