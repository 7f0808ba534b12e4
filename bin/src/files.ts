import { closeSync, fsyncSync, openSync, renameSync, rmSync, utimesSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { HostError } from '@ostrata/core';
import type { Code } from './errors.ts';

/** Writes a file so that it is there whole or not at all: temporary file, fsync, rename, fsync of the directory. */
export function writeFileAtomically(path: string, content: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const fd = openSync(temporary, 'w', 0o644);
    try {
      writeSync(fd, content);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
    const directory = openSync(dirname(path), 'r');
    fsyncSync(directory);
    closeSync(directory);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw unwritable(path, cause);
  }
}

/** Sets a file's times to now, making it when absent. */
export function touch(path: string): void {
  try {
    closeSync(openSync(path, 'a'));
    const now = new Date();
    utimesSync(path, now, now);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

function unwritable(path: string, cause: unknown): HostError<Code> {
  return new HostError<Code>('OUTPUT_UNWRITABLE', `The file ${path} cannot be written: ${(cause as Error).message}`, {
    cause,
    data: { path },
    hint: 'Check that its directory exists, has room and may be written.',
  });
}
