import type { RepoMode } from '../repo/object-path.ts';
import { userMode } from '../repo/storage/bare-user.ts';

/** The permissions of a file in a checkout of user mode: those of the object where it can be a hard link to it. */
export function userFilePermissions(repo: RepoMode, mode: number): number {
  return repo === 'bare-user' ? userMode(mode) : mode & 0o1777;
}

/** The permissions of a directory in any checkout. */
export function directoryPermissions(repo: RepoMode, mode: number): number {
  return mode & (repo === 'bare-user-only' ? 0o775 : 0o7777);
}
