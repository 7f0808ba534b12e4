import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { coreError } from '../errors.ts';

/** SQLITE_BUSY (sqlite.org/rescode.html): somebody else holds the lock. */
const BUSY = 5;

/**
 * An exclusive lock of a directory: SQLite's on an empty database in it. The system takes it from a process that is killed, and SQLite
 * keeps two holders in one process apart, which a bare fcntl lock does not. A file beside it tells others who holds it; only the
 * lock counts.
 */
export class LockFile {
  readonly #database: DatabaseSync;
  readonly #holder: string;

  /** Throws LOCKED. */
  constructor(directory: string) {
    const path = join(directory, 'lock');
    this.#holder = join(directory, 'lock-holder');
    this.#database = new DatabaseSync(path);
    try {
      this.#database.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      this.#database.close();
      if ((error as { errcode?: number }).errcode !== BUSY) throw error;
      throw locked(path, this.#holder);
    }
    writeFileSync(this.#holder, `${process.pid}\n`, { mode: 0o600 });
  }

  release(): void {
    rmSync(this.#holder, { force: true });
    this.abandon();
  }

  /** Leaves the holder's file behind, as a killed process would. */
  abandon(): void {
    this.#database.close();
  }
}

function locked(path: string, holder: string): Error {
  const pid = readNumber(holder);
  const who = pid === null ? 'another process' : `process ${pid}`;
  return coreError('LOCKED', `Another run is under way: ${who} holds ${path}.`, {
    hint: 'Wait until it has ended, or cancel it.',
    data: { path, pid },
  });
}

/** Null in the moment between a lock and its holder's file. */
function readNumber(path: string): number | null {
  try {
    return Number.parseInt(readFileSync(path, 'utf8'), 10) || null;
  } catch {
    return null;
  }
}
