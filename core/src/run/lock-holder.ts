import { readFileSync } from 'node:fs';

/** Who holds the lock, as one line of JSON beside it. */
export interface LockHolder {
  readonly pid: number;
  /** When the process began, in ticks since the start of the machine (proc(5), /proc/PID/stat): another one can get its number. */
  readonly start: string | null;
  /** What was asked for: a command line, or the name of a verb. */
  readonly command: string;
  /** Seconds since the epoch. */
  readonly since: number;
}

/** Null where the text is none: a process that was killed can leave anything. */
export function parseHolder(text: string): LockHolder | null {
  try {
    const holder = JSON.parse(text) as LockHolder | null;
    const { pid, start, command, since } = holder ?? ({} as LockHolder);
    const isOne = Number.isSafeInteger(pid) && pid > 0 && typeof command === 'string' && Number.isSafeInteger(since);
    return isOne ? { pid, start: typeof start === 'string' ? start : null, command, since } : null;
  } catch {
    return null;
  }
}

/** When this process began; null where the system does not say. */
export function processStart(): string | null {
  try {
    const text = readFileSync('/proc/self/stat', 'utf8');
    // The name, in parentheses, can have anything in it; the time is the 22nd field.
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
