import { readdirSync, readFileSync, statSync } from 'node:fs';

/** A program that holds a lock. */
export interface LockHolder {
  readonly pid: number;
  /** Its command line, else its name; shortened. */
  readonly program: string;
}

const LONGEST = 80;

/**
 * Who holds a lock on a file, of any kind (proc(5), /proc/PID/fdinfo); undefined where it is not one of the processes that this one may look
 * at. /proc/locks names no process for locks that belong to an open file, as these do.
 */
export function findLockHolder(path: string): LockHolder | undefined {
  const file = statSync(path, { throwIfNoEntry: false });
  if (file === undefined) return undefined;
  for (const pid of list('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    for (const fd of list(`/proc/${pid}/fd`)) {
      const open = attempt(() => statSync(`/proc/${pid}/fd/${fd}`, { throwIfNoEntry: false }));
      if (open?.dev !== file.dev || open.ino !== file.ino) continue;
      const info = attempt(() => readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'));
      if (info !== undefined && /^lock:/m.test(info)) return { pid: Number(pid), program: programOf(pid) };
    }
  }
  return undefined;
}

function programOf(pid: string): string {
  const words = attempt(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
    ?.split('\0')
    .join(' ')
    .trim();
  const name = words || (attempt(() => readFileSync(`/proc/${pid}/comm`, 'utf8'))?.trim() ?? '?');
  return name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name;
}

const list = (path: string): readonly string[] => attempt(() => readdirSync(path)) ?? [];

/** Processes end while they are looked at, and those of others are closed to us. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
