import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** Calls that change the file system: after each of them a program may be killed. */
const CALLS = [
  'openSync',
  'writeSync',
  'writeFileSync',
  'mkdirSync',
  'mkdtempSync',
  'renameSync',
  'linkSync',
  'symlinkSync',
  'unlinkSync',
  'rmdirSync',
  'rmSync',
  'fchmodSync',
  'fsyncSync',
] as const;

let calls = 0;

/** How often one of the calls was made since the beginning. */
export const callsMade = (): number => calls;

/** Has this process killed, as by a power switch, right before the given call that changes the file system (counted from 0). */
export function killBefore(number: number): void {
  const table = fs as unknown as Record<string, (...args: unknown[]) => unknown>;
  for (const name of CALLS) {
    const original = table[name]!;
    table[name] = (...args) => {
      if (calls++ === number) process.kill(process.pid, 'SIGKILL');
      return original(...args);
    };
  }
  // What is imported by name sees the change as well.
  syncBuiltinESMExports();
}
