import { closeSync, openSync } from 'node:fs';
import { changeInodeFlag } from '../syscalls.ts';

/**
 * Sets or clears the immutable flag of a directory (chattr(1)), which keeps its entries as they are. Nothing happens where the file system or
 * the user may not.
 */
export function setImmutable(path: string, value: boolean): void {
  const fd = openSync(path, 'r');
  try {
    changeInodeFlag(fd, value);
  } finally {
    closeSync(fd);
  }
}
