import type { RepoMode } from '../repo/object-path.ts';
import { userMode } from '../repo/storage/bare-user.ts';

/** The permissions of a file that was copied in user mode. */
export const copyPermissions = (mode: number): number => (mode & 0o1777) | 0o400;

/** The permissions that a file in a checkout of user mode may have: as a hard link to its object, and as a copy. */
export function userFilePermissions(repo: RepoMode, mode: number): readonly number[] {
  return repo === 'bare-user' ? [userMode(mode), copyPermissions(mode)] : [mode & 0o1777, copyPermissions(mode)];
}

/** The permissions of a directory in any checkout. */
export function directoryPermissions(repo: RepoMode, mode: number): number {
  return mode & (repo === 'bare-user-only' ? 0o775 : 0o7777);
}
