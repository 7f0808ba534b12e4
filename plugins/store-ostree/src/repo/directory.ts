import { closeSync, fsyncSync, openSync, readdirSync } from 'node:fs';
import { errnoOf } from '../errors.ts';

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

/** Has the entries of a directory written to its device. */
export function fsyncDirectory(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
