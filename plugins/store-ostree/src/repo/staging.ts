import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { syncfsInBackground } from '../syscalls.ts';
import { fsyncPath, makeDirectory, readNames, syncFileSystem } from './directory.ts';
import { LOCK_SUFFIX, removeLeftovers, STAGING_PREFIX } from './leftovers.ts';
import { FileLock, lockRepository } from './lock.ts';
import { writeRefs } from './refs.ts';
import { replaceFile } from './replace-file.ts';
import type { Repository } from './repository.ts';

const LOCK_ENDING = new RegExp(`${LOCK_SUFFIX}$`);

const isCommit = (name: string): boolean => name.endsWith('.commit') || name.endsWith('.commitmeta');

/** Up to so many directories are synced one by one, more with all of their file system at once. */
const FEW = 4;

/**
 * The directory in which objects wait until all of them are on disk, and the refs that are to follow them. Its name and its lock are
 * those of libostree, so that either program cleans up after the other: `tmp/staging-BOOTID-XXXXXX` with objects laid out as in
 * `objects/`. Objects in it are complete as soon as they have their name; after a crash of the program, but not of the system, the
 * next writer takes the directory over with all that is in it.
 */
export class Staging {
  readonly path: string;
  readonly #repo: Repository;
  readonly #repoLock: FileLock;
  readonly #lock: FileLock;

  private constructor(repo: Repository, path: string, repoLock: FileLock, lock: FileLock) {
    this.#repo = repo;
    this.path = path;
    this.#repoLock = repoLock;
    this.#lock = lock;
    repo.extraObjects.push(path);
  }

  /** Takes the repository's shared lock, removes what crashed programs left behind and makes or takes over a directory. */
  static open(repo: Repository): Staging {
    const repoLock = lockRepository(join(repo.path, '.lock'), 'shared', repo.config);
    try {
      const tmp = join(repo.path, 'tmp');
      mkdirSync(tmp, { recursive: true });
      removeLeftovers(repo);
      const prefix = `${STAGING_PREFIX}${repo.bootId}-`;
      // A lock file may have outlived its directory: it is removed when it is tried.
      const found = readdirSync(tmp).filter((name) => name.startsWith(STAGING_PREFIX));
      for (const name of new Set(found.map((each) => each.replace(LOCK_ENDING, '')))) {
        const lock = tryLockDirectory(join(tmp, name));
        if (!lock) continue;
        if (name.startsWith(prefix)) return new Staging(repo, join(tmp, name), repoLock, lock);
        // Of an earlier boot: its files may never have reached the disk.
        rmSync(join(tmp, name), { recursive: true, force: true });
        unlock(join(tmp, name), lock);
      }
      for (;;) {
        const path = join(tmp, `${prefix}${randomBytes(3).toString('hex')}`);
        mkdirSync(path, { mode: 0o775 });
        const lock = tryLockDirectory(path);
        if (lock) return new Staging(repo, path, repoLock, lock);
      }
    } catch (error) {
      repoLock.release();
      throw error;
    }
  }

  /** Refs that are set when the objects are in the repository. */
  pendingRefs(): Map<string, string> {
    return pendingRefs(this.path);
  }

  /** Has what is there so far written to disk while other work goes on, so that less is left for the flush. */
  beginWriteback(): void {
    if (!this.#repo.config.fsync) return;
    const fd = openSync(this.path, 'r');
    syncfsInBackground(fd, () => closeSync(fd));
  }

  /**
   * Brings objects and then refs into the repository, and goes on with an empty directory. Other threads may write meanwhile: what
   * is there is listed from the refs downwards before anything is moved, so that no ref comes without its commit and no commit
   * without what it refers to, and nothing that came after the file system was synced.
   */
  flush(): void {
    const { fsync } = this.#repo.config;
    const refs = claimPendingRefs(this.path);
    const prefixes = readNames(this.path).filter((name) => /^[0-9a-f]{2}$/.test(name));
    const commits = this.#list(prefixes, isCommit);
    const others = this.#list(prefixes, (name) => !isCommit(name));
    const used = new Set([...others.keys(), ...commits.keys()]);
    if (used.size > 0) {
      if (fsync) syncFileSystem(this.path);
      for (const [prefix, names] of others) this.#moveObjects(prefix, names);
      for (const [prefix, names] of commits) this.#moveObjects(prefix, names);
      if (fsync && used.size > FEW) syncFileSystem(this.#repo.objectsPath);
      else if (fsync) for (const prefix of used) fsyncPath(join(this.#repo.objectsPath, prefix));
    }
    if (refs.size === 0) return;
    writeRefs(this.#repo, refs, this.path);
    for (const ref of refs.keys()) unlinkSync(pendingRefPath(this.path, ref, CLAIMED));
  }

  /** Gives up the locks and leaves the directory as it is: the next writer takes it over, and need not write again what is there. */
  abandon(): void {
    this.#forget();
    unlock(this.path, this.#lock);
    this.#repoLock.release();
  }

  /** Removes the directory with all that was not flushed, and gives up the locks. */
  close(): void {
    this.#forget();
    rmSync(this.path, { recursive: true, force: true });
    unlock(this.path, this.#lock);
    this.#repoLock.release();
  }

  #forget(): void {
    const extra = this.#repo.extraObjects;
    extra.splice(extra.indexOf(this.path), 1);
  }

  #list(prefixes: readonly string[], wanted: (name: string) => boolean): Map<string, string[]> {
    const found = prefixes.map((prefix): [string, string[]] => [
      prefix,
      readNames(join(this.path, prefix)).filter(wanted),
    ]);
    return new Map(found.filter(([, names]) => names.length > 0));
  }

  /** The emptied directory stays: another thread may be about to put the next object there. */
  #moveObjects(prefix: string, names: readonly string[]): void {
    const source = join(this.path, prefix);
    const target = join(this.#repo.objectsPath, prefix);
    const there = new Set(readNames(target));
    if (there.size === 0) mkdirSync(target, { recursive: true, mode: 0o775 });
    for (const name of names) {
      // An object that is there keeps its inode: checkouts may be linked to it. Only detached metadata changes.
      if (there.has(name) && !name.endsWith('.commitmeta')) unlinkSync(`${source}/${name}`);
      else renameSync(`${source}/${name}`, `${target}/${name}`);
    }
  }
}

const PENDING = 'refs';
/** Refs that a flush is about to set. */
const CLAIMED = 'refs-claimed';
const pendingRefPath = (staging: string, ref: string, directory: string): string =>
  join(staging, directory, encodeURIComponent(ref));

/** Notes a ref to be set when the staging directory is flushed. */
export function addPendingRef(staging: string, ref: string, commit: string): void {
  // Not recursive: a staging directory that is gone must not come back.
  makeDirectory(join(staging, PENDING));
  replaceFile(pendingRefPath(staging, ref, PENDING), commit, { fsync: false });
}

export function pendingRefs(staging: string): Map<string, string> {
  return new Map([...readPendingRefs(staging, CLAIMED), ...readPendingRefs(staging, PENDING)]);
}

function readPendingRefs(staging: string, directory: string): [string, string][] {
  return pendingNames(staging, directory).map((name) => [
    decodeURIComponent(name),
    readFileSync(join(staging, directory, name), 'utf8'),
  ]);
}

function pendingNames(staging: string, directory: string): string[] {
  return readNames(join(staging, directory)).filter((name) => !name.startsWith('.'));
}

/** Takes the pending refs aside, so that one which is set again meanwhile is not removed with them. */
function claimPendingRefs(staging: string): Map<string, string> {
  const names = pendingNames(staging, PENDING);
  if (names.length > 0) makeDirectory(join(staging, CLAIMED));
  for (const name of names) renameSync(join(staging, PENDING, name), join(staging, CLAIMED, name));
  return new Map(readPendingRefs(staging, CLAIMED));
}

/** The lock stands beside the directory, so that it can be held until the directory is gone. */
function tryLockDirectory(path: string): FileLock | undefined {
  const lockPath = `${path}${LOCK_SUFFIX}`;
  const lock = FileLock.try(lockPath, 'exclusive');
  if (!lock) return undefined;
  const held = fstatSync(lock.fd!);
  const current = statSync(lockPath, { throwIfNoEntry: false });
  // Somebody may have removed the lock file, or all, between opening and locking.
  if (current?.ino === held.ino && lstatSync(path, { throwIfNoEntry: false })) return lock;
  if (current?.ino === held.ino) unlinkSync(lockPath);
  lock.release();
  return undefined;
}

function unlock(path: string, lock: FileLock): void {
  rmSync(`${path}${LOCK_SUFFIX}`, { force: true });
  lock.release();
}
