import { closeSync, openSync } from 'node:fs';
import { freezeFileSystem } from '../syscalls.ts';

/** Empties the journal of the file system that holds a path, where the kernel lets us; else only syncs it. */
export function freezeAndThaw(path: string): void {
  const fd = openSync(path, 'r');
  try {
    freezeFileSystem(fd);
  } finally {
    closeSync(fd);
  }
}
