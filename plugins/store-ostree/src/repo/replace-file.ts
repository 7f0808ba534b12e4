import { randomBytes } from 'node:crypto';
import { closeSync, fchmodSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fsyncPath } from './directory.ts';

/** Whether a name is one of those that files and links have until they are whole: what somebody leaves who is killed. */
export const isTemporary = (name: string): boolean => /^\..+\.tmp$|\.tmp-link$|^loader\.tmp$/.test(name);

/** Writes a file so that at any moment either the old or the new one is there, also after a crash: the path is complete or untouched. */
export function replaceFile(
  path: string,
  content: string | Uint8Array,
  options: { fsync?: boolean; mode?: number } = {},
): void {
  // A leading dot keeps it from being taken for a ref.
  const temporary = join(dirname(path), `.${randomBytes(6).toString('hex')}.tmp`);
  const sync = options.fsync ?? true;
  try {
    const fd = openSync(temporary, 'wx', 0o600);
    try {
      writeFileSync(fd, content);
      fchmodSync(fd, options.mode ?? 0o644);
      if (sync) fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  if (sync) fsyncPath(dirname(path));
}
