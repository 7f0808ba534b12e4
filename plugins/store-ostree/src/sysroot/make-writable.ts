import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { errnoOf, storeError } from '../errors.ts';
import { leaveMountNamespace, remountWritable } from '../syscalls.ts';

/**
 * Lets this process write to the running system where `/sysroot` or `/boot` are mounted read-only, and nobody else: in a mount namespace of its
 * own. The process starts anew in it, as its threads for input and output would stay behind; call it before anything has been begun or
 * said. Nothing happens where all can be written, or by a user who is not root. Throws SYSROOT_READ_ONLY.
 */
export function makeWritable(sysroot: string): void {
  if (process.geteuid?.() !== 0) return;
  const mounts = [
    [join(sysroot, 'ostree'), join(sysroot, 'sysroot')],
    [join(sysroot, 'boot'), join(sysroot, 'boot')],
  ] as const;
  const closed = mounts.filter(([probe]) => isReadOnly(probe)).map(([, mount]) => mount);
  if (closed.length === 0) return;
  try {
    leaveMountNamespace();
    for (const mount of closed) remountWritable(mount);
  } catch (cause) {
    throw storeError('SYSROOT_READ_ONLY', `${closed.join(' and ')} cannot be written: ${(cause as Error).message}`, {
      hint: 'Is the file system damaged, or the disk write-protected? `dmesg` tells more.',
      data: { mounts: closed },
      cause,
    });
  }
  process.execve!(process.execPath, [process.execPath, ...process.execArgv, ...process.argv.slice(1)]);
}

function isReadOnly(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return false;
  } catch (error) {
    return errnoOf(error) === 'EROFS';
  }
}
