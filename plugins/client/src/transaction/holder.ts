import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '@ostrata/contract';

/** A run that is under way, as it says of itself in the file `lock-holder` of the state directory. */
export interface RunningTransaction {
  readonly pid: number;
  /** What was asked for: a command line, or the name of a verb. */
  readonly command: string;
  /** Seconds since the epoch. */
  readonly since: number;
}

/** Null where none is under way; one that was killed leaves its file behind, and another process can have got its number. */
export function runningTransaction({ environment }: Context): RunningTransaction | null {
  try {
    const text = readFileSync(join(environment.stateDir, 'lock-holder'), 'utf8');
    const { pid, start, command, since } = JSON.parse(text) as { readonly [key: string]: unknown };
    if (!Number.isSafeInteger(pid) || typeof command !== 'string' || !Number.isSafeInteger(since)) return null;
    const lives = start === null || startOf(pid as number) === start;
    return lives ? { pid: pid as number, command, since: since as number } : null;
  } catch {
    return null;
  }
}

export const isSame = (a: RunningTransaction, b: RunningTransaction | null): boolean =>
  b !== null && a.pid === b.pid && a.since === b.since && a.command === b.command;

/** When a process began (proc(5), /proc/PID/stat, the 22nd field, after the name in parentheses). Throws where there is none. */
function startOf(pid: number): string | undefined {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
}
