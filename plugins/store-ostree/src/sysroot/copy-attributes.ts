import { chmodSync, lchownSync, lstatSync, lutimesSync, readlinkSync, symlinkSync } from 'node:fs';
import { errnoOf } from '../errors.ts';
import { lgetxattr, llistxattr, lsetxattr } from '../syscalls.ts';

/** Gives a file or directory the owner, permissions, extended attributes and times of another one. */
export function copyAttributes(source: string, target: string): void {
  const stat = lstatSync(source);
  changeOwner(target, stat.uid, stat.gid);
  copyXattrs(source, target);
  // After the owner, whose change takes setuid bits away.
  chmodSync(target, stat.mode & 0o7777);
  lutimesSync(target, stat.atime, stat.mtime);
}

export function copySymlink(source: string, target: string): void {
  const stat = lstatSync(source);
  symlinkSync(readlinkSync(source), target);
  changeOwner(target, stat.uid, stat.gid);
  copyXattrs(source, target);
}

/** Without privileges a user's files stay the user's. */
function changeOwner(path: string, uid: number, gid: number): void {
  try {
    lchownSync(path, uid, gid);
  } catch (error) {
    if (errnoOf(error) !== 'EPERM') throw error;
  }
}

function copyXattrs(source: string, target: string): void {
  for (const name of llistxattr(source)) {
    const value = lgetxattr(source, name);
    if (value === undefined) continue;
    try {
      lsetxattr(target, name, value);
    } catch (error) {
      const code = errnoOf(error);
      if (code !== 'EPERM' && code !== 'ENOTSUP') throw error;
    }
  }
}
