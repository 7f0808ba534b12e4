import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { coreError } from '../errors.ts';

/** Who holds a lock. Boot and start time tell a process from a later one of the same number. */
interface Holder {
  readonly pid: number;
  readonly started: string | null;
  readonly boot: string | null;
  readonly nonce: string;
}

/** Locks that this process holds; a lock file with our own number that is not among them is a leftover. */
const held = new Set<string>();

/**
 * An exclusive lock as a file that names its holder. The file appears whole, by link(2), or not at all. A holder that is no longer
 * there (other boot, no such process, or a later process of the same number) is pushed aside. Throws LOCKED otherwise.
 */
export class LockFile {
  readonly #path: string;
  readonly #nonce: string = crypto.randomUUID();

  constructor(directory: string) {
    this.#path = join(directory, 'lock');
    const mine: Holder = { pid: process.pid, started: startTime(process.pid), boot: bootId(), nonce: this.#nonce };
    const temporary = `${this.#path}.${this.#nonce}`;
    writeFileSync(temporary, JSON.stringify(mine), { flag: 'wx', mode: 0o600, flush: true });
    try {
      while (!tryLink(temporary, this.#path)) {
        const holder = readHolder(this.#path);
        if (holder !== null && isAlive(holder)) throw locked(this.#path, holder);
        pushAside(this.#path, `${temporary}.stale`, holder);
      }
      held.add(this.#nonce);
    } finally {
      rmSync(temporary, { force: true });
    }
  }

  release(): void {
    this.abandon();
    rmSync(this.#path, { force: true });
  }

  /** Leaves the file behind, as a killed process would. */
  abandon(): void {
    held.delete(this.#nonce);
  }
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Null where there is no lock any more, or none that can be understood (one from before a power cut). */
function readHolder(path: string): Holder | null {
  try {
    const value: unknown = JSON.parse(readText(path) ?? 'null');
    return typeof value === 'object' && value !== null && 'pid' in value && 'nonce' in value ? (value as Holder) : null;
  } catch {
    return null;
  }
}

function isAlive({ boot, pid, nonce, started }: Holder): boolean {
  if (boot !== bootId()) return false;
  if (pid === process.pid) return held.has(nonce);
  const now = startTime(pid);
  return now !== null && (started === null || now === started);
}

/** Renames a stale lock away. Another process may have done so and locked meanwhile: its lock is put back. */
function pushAside(path: string, aside: string, stale: Holder | null): void {
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (readHolder(aside)?.nonce !== stale?.nonce) tryLink(aside, path);
  rmSync(aside, { force: true });
}

function locked(path: string, { pid }: Holder): Error {
  return coreError('LOCKED', `Another run is under way: process ${pid} holds ${path}.`, {
    hint: 'Wait until it has ended, or cancel it.',
    data: { path, pid },
  });
}

/** Field 22 of /proc/PID/stat (proc(5)): clock ticks after boot at which the process began. Null when there is none. */
function startTime(pid: number): string | null {
  const stat = readText(`/proc/${pid}/stat`);
  // The second field, the name in parentheses, may hold spaces and parentheses.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

function bootId(): string | null {
  return readText('/proc/sys/kernel/random/boot_id')?.trim() ?? null;
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
