import {
  closeSync,
  copyFileSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Writing on FAT. A file appears under a name that nothing had before, whole and on the disk: taking the place of another is two writes
 * there, and between them there may be neither.
 */

/** Copies a file to a new name. */
export function copyToNew(source: string, target: string): void {
  const temporary = `${target}.tmp`;
  try {
    copyFileSync(source, temporary);
    fsyncPath(temporary);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  fsyncPath(dirname(target));
}

/** Writes a file that is not there. Its directory has to be synced by the caller, once for all. */
export function writeNew(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx', flush: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') rmSync(path, { force: true });
    throw error;
  }
}

/** Makes a directory with its parents below a root; each is on the disk before the next is begun. */
export function makeDirectory(root: string, path: string): void {
  let directory = root;
  for (const name of path.split('/').filter((part) => part !== '')) {
    const parent = directory;
    directory = join(parent, name);
    if (statSync(directory, { throwIfNoEntry: false })?.isDirectory()) continue;
    mkdirSync(directory);
    fsyncPath(parent);
  }
}

/** Gives files of a directory other names, which are free, one after the other in this order: each is on the disk before the next. */
export function renameInOrder(directory: string, names: readonly (readonly [from: string, to: string])[]): void {
  for (const [from, to] of names) {
    renameSync(join(directory, from), join(directory, to));
    fsyncPath(directory);
  }
}

export function removeFiles(directory: string, names: readonly string[]): void {
  for (const name of names) unlinkSync(join(directory, name));
  if (names.length > 0) fsyncPath(directory);
}

export function fsyncPath(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
