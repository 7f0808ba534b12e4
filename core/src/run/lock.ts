import { closeSync, fsyncSync, linkSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { coreError } from '../errors.ts';

/** Who holds a lock. The start time tells a process from a later one of the same number. */
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
  readonly #nonce: string;

  private constructor(path: string, nonce: string) {
    this.#path = path;
    this.#nonce = nonce;
  }

  static acquire(directory: string): LockFile {
    const path = join(directory, 'lock');
    const nonce = crypto.randomUUID();
    const mine: Holder = { pid: process.pid, started: startTime(process.pid), boot: bootId(), nonce };
    const temporary = `${path}.${nonce}`;
    writeDurably(temporary, JSON.stringify(mine));
    try {
      for (let attempt = 0; attempt < 10; attempt += 1) {
        if (tryLink(temporary, path)) {
          held.add(nonce);
          return new LockFile(path, nonce);
        }
        const holder = readHolder(path);
        if (holder !== null && isAlive(holder)) throw locked(path, holder);
        pushAside(path, `${temporary}.stale`, holder);
      }
    } finally {
      rmSync(temporary, { force: true });
    }
    throw locked(path, null);
  }

  release(): void {
    held.delete(this.#nonce);
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
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof value === 'object' && value !== null && 'pid' in value && 'nonce' in value ? (value as Holder) : null;
  } catch {
    return null;
  }
}

function isAlive(holder: Holder): boolean {
  if (holder.boot !== bootId()) return false;
  if (holder.pid === process.pid) return held.has(holder.nonce);
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return holder.started === null || startTime(holder.pid) === holder.started;
}

/** Renames a stale lock away. Another process may have done so and locked meanwhile: its lock is put back. */
function pushAside(path: string, aside: string, stale: Holder | null): void {
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (readHolder(aside)?.nonce !== stale?.nonce) tryLink(aside, path);
  rmSync(aside, { force: true });
}

function locked(path: string, holder: Holder | null): Error {
  const who = holder === null ? 'another process' : `process ${holder.pid}`;
  return coreError('LOCKED', `Another run is under way: ${who} holds ${path}.`, {
    hint: 'Wait until it has ended, or cancel it.',
    data: { path, pid: holder?.pid ?? null },
  });
}

/** Field 22 of /proc/PID/stat (proc(5)): clock ticks after boot at which the process began. */
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

function writeDurably(path: string, text: string): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
