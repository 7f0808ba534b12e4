import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync } from 'node:fs';
import { errnoOf } from '../errors.ts';
import { syncfs } from '../syscalls.ts';

/** The names in a directory; none where it is not. */
export function readNames(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}

/** Makes a directory in one that is there, unless somebody else did meanwhile: several threads may do so at once. */
export function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { mode: 0o775 });
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
}

/** Has a file, or the entries of a directory, written to its device. */
export function fsyncPath(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Has all of the file system that holds a path written to its device. */
export function syncFileSystem(path: string): void {
  const fd = openSync(path, 'r');
  try {
    syncfs(fd);
  } finally {
    closeSync(fd);
  }
}
