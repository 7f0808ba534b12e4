import { statSync } from 'node:fs';
import { VerbError } from '../error.ts';

/** Refuses what is no file of keys in libostree's words. */
export function checkKeysFile(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isFile()) return;
  throw new VerbError(`File object '${path}' is not a regular file`);
}
