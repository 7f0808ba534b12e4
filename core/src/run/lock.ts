import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { coreError } from '../errors.ts';
import { type LockHolder, parseHolder, processStart } from './lock-holder.ts';

/** SQLITE_BUSY (sqlite.org/rescode.html): somebody else holds the lock. */
const BUSY = 5;

/** What a run says of itself to those that come in the meantime. */
export type Claim = Pick<LockHolder, 'command' | 'since'>;

/**
 * An exclusive lock of a directory: SQLite's on an empty database in it. The system takes it from a process that is killed, and SQLite
 * keeps two holders in one process apart, which a bare fcntl lock does not. The file `lock-holder` beside it tells others who holds it;
 * only the lock counts.
 */
export class LockFile {
  readonly #database: DatabaseSync;
  readonly #path: string;
  readonly #holder: string;

  /** Throws LOCKED. */
  constructor(directory: string, claim: Claim) {
    this.#path = join(directory, 'lock');
    this.#holder = join(directory, 'lock-holder');
    this.#database = new DatabaseSync(this.#path);
    try {
      this.#database.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      this.#database.close();
      if ((error as { errcode?: number }).errcode !== BUSY) throw error;
      throw locked(this.#path, readHolder(this.#holder));
    }
    const holder: LockHolder = { pid: process.pid, start: processStart(), ...claim };
    writeFileSync(this.#holder, `${JSON.stringify(holder)}\n`, { mode: 0o600 });
  }

  release(): void {
    rmSync(this.#holder, { force: true });
    const now = new Date();
    utimesSync(this.#path, now, now);
    this.abandon();
  }

  /** Leaves the holder's file behind, as a killed process would. */
  abandon(): void {
    this.#database.close();
  }
}

function locked(path: string, holder: LockHolder | null): Error {
  const who =
    holder === null
      ? 'another process'
      : `\`${holder.command}\` (process ${holder.pid}, since ${new Date(holder.since * 1000).toISOString().slice(0, 19)}Z)`;
  return coreError('LOCKED', `Another run is under way: ${who} holds ${path}.`, {
    hint: 'Wait until it has ended (--wait SECONDS does), or end it with `ostrata cancel`.',
    data: { path, pid: holder?.pid ?? null, command: holder?.command ?? null, since: holder?.since ?? null },
  });
}

/** Null in the moment between a lock and its holder's file. */
function readHolder(path: string): LockHolder | null {
  try {
    return parseHolder(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}
