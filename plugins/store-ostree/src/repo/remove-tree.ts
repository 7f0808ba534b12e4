import { chmodSync, lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { errnoOf } from '../errors.ts';

/**
 * Removes a path with all below it; none is no error. Directories that are closed to their owner are opened first, as overlayfs and
 * package scripts leave some. Faster than rmSync with many files.
 */
export function removeTree(path: string): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat) return;
  if (stat.isDirectory()) removeDirectory(path);
  else unlinkSync(path);
}

function removeDirectory(path: string): void {
  try {
    removeEntries(path);
  } catch (error) {
    if (errnoOf(error) !== 'EACCES') throw error;
    chmodSync(path, 0o700);
    removeEntries(path);
  }
  rmdirSync(path);
}

function removeEntries(path: string): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const child = `${path}/${entry.name}`;
    if (entry.isDirectory()) removeDirectory(child);
    else unlinkSync(child);
  }
}
