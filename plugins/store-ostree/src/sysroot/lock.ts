import { join } from 'node:path';
import { storeError } from '../errors.ts';
import { FileLock } from '../repo/lock.ts';
import { findLockHolder, type LockHolder } from '../repo/lock-holder.ts';

const RETRY_MILLISECONDS = 100;

/**
 * Takes the lock of a sysroot, the file `/ostree/lock` that libostree and rpm-ostree take. Waits; `onWait` hears of it once, at the begin.
 * Throws SYSROOT_LOCKED when `seconds` have gone by.
 */
export async function lockSysroot(
  path: string,
  {
    seconds = Number.POSITIVE_INFINITY,
    onWait = () => {},
    signal,
  }: { seconds?: number; onWait?: (holder: LockHolder | undefined) => void; signal?: AbortSignal } = {},
): Promise<FileLock> {
  const file = join(path, 'ostree/lock');
  const deadline = Date.now() + seconds * 1000;
  for (let isFirst = true; ; isFirst = false) {
    const lock = FileLock.try(file, 'exclusive');
    if (lock) return lock;
    if (Date.now() >= deadline) {
      const holder = findLockHolder(file);
      const who = holder === undefined ? 'Another program' : `The process ${holder.pid} (${holder.program})`;
      throw storeError('SYSROOT_LOCKED', `${who} is changing the system: it holds ${file}.`, {
        hint: 'Wait until it has ended.',
        data: { path: file, ...(holder === undefined ? {} : { pid: holder.pid, program: holder.program }) },
      });
    }
    if (isFirst) onWait(findLockHolder(file));
    signal?.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));
  }
}
