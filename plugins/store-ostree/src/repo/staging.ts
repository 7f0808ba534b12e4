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
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../errors.ts';
import { syncfsInBackground } from '../syscalls.ts';
import { fsyncPath, readNames, syncFileSystem } from './directory.ts';
import { LOCK_SUFFIX, removeLeftovers, STAGING_PREFIX } from './leftovers.ts';
import { FileLock, lockRepository } from './lock.ts';
import { writeRefs } from './refs.ts';
import { replaceFile } from './replace-file.ts';
import type { Repository } from './repository.ts';

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
      const prefix = `${STAGING_PREFIX}${bootId()}-`;
      for (const name of readdirSync(tmp)) {
        if (!name.startsWith(STAGING_PREFIX) || name.endsWith(LOCK_SUFFIX)) continue;
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

  /** Brings objects and then refs into the repository, and goes on with an empty directory. */
  flush(): void {
    const { fsync } = this.#repo.config;
    const prefixes = readNames(this.path).filter((name) => /^[0-9a-f]{2}$/.test(name));
    if (prefixes.length > 0) {
      if (fsync) syncFileSystem(this.path);
      // Commits go last: whatever happens in between, no commit is there without what it refers to.
      for (const prefix of prefixes) this.#moveObjects(prefix, (name) => !isCommit(name));
      for (const prefix of prefixes) this.#moveObjects(prefix, isCommit);
      if (fsync && prefixes.length > FEW) syncFileSystem(this.#repo.objectsPath);
      else if (fsync) for (const prefix of prefixes) fsyncPath(join(this.#repo.objectsPath, prefix));
    }
    const refs = this.pendingRefs();
    if (refs.size > 0) writeRefs(this.#repo, refs);
    for (const ref of refs.keys()) unlinkSync(pendingRefPath(this.path, ref));
  }

  /** Removes the directory with all that was not flushed, and gives up the locks. */
  close(): void {
    const extra = this.#repo.extraObjects;
    extra.splice(extra.indexOf(this.path), 1);
    rmSync(this.path, { recursive: true, force: true });
    unlock(this.path, this.#lock);
    this.#repoLock.release();
  }

  #moveObjects(prefix: string, wanted: (name: string) => boolean): void {
    const source = join(this.path, prefix);
    const target = join(this.#repo.objectsPath, prefix);
    const there = new Set(readNames(target));
    if (there.size === 0) mkdirSync(target, { recursive: true, mode: 0o775 });
    for (const name of readNames(source).filter(wanted)) {
      // An object that is there keeps its inode: checkouts may be linked to it. Only detached metadata changes.
      if (there.has(name) && !name.endsWith('.commitmeta')) unlinkSync(`${source}/${name}`);
      else renameSync(`${source}/${name}`, `${target}/${name}`);
    }
    try {
      rmdirSync(source);
    } catch (error) {
      // Commits are still there, or another thread has put the next object there.
      if (errnoOf(error) !== 'ENOTEMPTY' && errnoOf(error) !== 'ENOENT') throw error;
    }
  }
}

const PENDING = 'refs';
const pendingRefPath = (staging: string, ref: string): string => join(staging, PENDING, encodeURIComponent(ref));

/** Notes a ref to be set when the staging directory is flushed. */
export function addPendingRef(staging: string, ref: string, commit: string): void {
  mkdirSync(join(staging, PENDING), { recursive: true });
  replaceFile(pendingRefPath(staging, ref), commit, { fsync: false });
}

export function pendingRefs(staging: string): Map<string, string> {
  const directory = join(staging, PENDING);
  const names = readNames(directory).filter((name) => !name.startsWith('.'));
  return new Map(names.map((name) => [decodeURIComponent(name), readFileSync(join(directory, name), 'utf8')]));
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

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}
