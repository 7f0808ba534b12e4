import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { treefileError } from '../errors.ts';

/** Writes a whole file or nothing: beside it, fsynced, renamed, and the directory fsynced. */
export function writeAtomically(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(temporary, 'w', 0o644);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
    const directory = openSync(dirname(resolve(path)), 'r');
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
  } catch (error) {
    throw treefileError('TREEFILE_WRITE', `${path} cannot be written (${(error as NodeJS.ErrnoException).code}).`, {
      hint: 'Check the directory and its permissions.',
      data: { path },
      cause: error,
    });
  } finally {
    rmSync(temporary, { force: true });
  }
}
