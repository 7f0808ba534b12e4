import { join } from 'node:path';
import { storeError } from '../errors.ts';
import { FileLock } from '../repo/lock.ts';

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
  }: { seconds?: number; onWait?: () => void; signal?: AbortSignal } = {},
): Promise<FileLock> {
  const file = join(path, 'ostree/lock');
  const deadline = Date.now() + seconds * 1000;
  for (let isFirst = true; ; isFirst = false) {
    const lock = FileLock.try(file, 'exclusive');
    if (lock) return lock;
    if (Date.now() >= deadline) {
      throw storeError('SYSROOT_LOCKED', `Another program is changing the system: it holds ${file}.`, {
        hint: 'Wait until it has ended; `lslocks` shows which one it is.',
        data: { path: file },
      });
    }
    if (isFirst) onWait();
    signal?.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));
  }
}
