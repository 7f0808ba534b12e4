import { closeSync, openSync } from 'node:fs';
import { storeError } from '../errors.ts';
import { type LockKind, tryLock } from '../syscalls.ts';

const RETRY_MILLISECONDS = 50;

/** A held lock of a file; the lock ends with the process as well. */
export class FileLock {
  #fd: number | undefined;

  private constructor(fd: number | undefined) {
    this.#fd = fd;
  }

  /** Makes the file when it is absent. Undefined when somebody else holds the lock. */
  static try(path: string, kind: Exclude<LockKind, 'unlocked'>): FileLock | undefined {
    const fd = openSync(path, 'a+', 0o660);
    if (tryLock(fd, kind)) return new FileLock(fd);
    closeSync(fd);
    return undefined;
  }

  /** What is held where locking is switched off. */
  static none(): FileLock {
    return new FileLock(undefined);
  }

  /** The open file, for comparison with what its path leads to; undefined where locking is switched off. */
  get fd(): number | undefined {
    return this.#fd;
  }

  release(): void {
    if (this.#fd === undefined) return;
    closeSync(this.#fd);
    this.#fd = undefined;
  }

  [Symbol.dispose](): void {
    this.release();
  }
}

/**
 * Takes the lock of a repository, the file `.lock` that libostree locks as well, in the same way (open file description locks,
 * fcntl(2)): shared by writers, exclusive for what removes objects. Waits without returning to the event loop, at most as long as
 * the config says; negative is for ever.
 */
export function lockRepository(
  path: string,
  kind: 'shared' | 'exclusive',
  config: { readonly locking: boolean; readonly lockTimeoutSeconds: number },
): FileLock {
  if (!config.locking) return FileLock.none();
  const deadline = config.lockTimeoutSeconds < 0 ? Infinity : Date.now() + config.lockTimeoutSeconds * 1000;
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    const lock = FileLock.try(path, kind);
    if (lock) return lock;
    if (Date.now() >= deadline) {
      throw storeError(
        'OSTREE_REPO_LOCKED',
        `The repository lock ${path} was held by another process for ${config.lockTimeoutSeconds} seconds.`,
        { hint: 'Wait until the other process is done, or end it.', data: { path, kind } },
      );
    }
    Atomics.wait(pause, 0, 0, RETRY_MILLISECONDS);
  }
}
