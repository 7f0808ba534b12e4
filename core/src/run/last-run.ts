import { statSync } from 'node:fs';
import { join } from 'node:path';

/** When a run last ended in a state directory, as a word to compare; empty where none ever has. */
export function lastRun(directory: string): string {
  return String(statSync(join(directory, 'lock'), { throwIfNoEntry: false, bigint: true })?.mtimeNs ?? '');
}
