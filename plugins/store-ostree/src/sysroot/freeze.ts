import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { storeError } from '../errors.ts';
import { freezeFileSystem } from '../syscalls.ts';

/** Seconds after which a file system that stayed frozen, because this process was killed, is thawed. */
const PATIENCE = 30;

/** Ignores what is sent to a whole group of processes, waits, and thaws. */
const WATCHDOG = `trap '' INT TERM HUP; sleep "$0"; fsfreeze --unfreeze "$1" 2>/dev/null; echo 'fifreeze watchdog was run' >&2`;

/**
 * Empties the journal of the file system that holds a path, where the kernel lets us, and only syncs it where not. Between freezing and
 * thawing nothing can be written there, so another process stands by. With `test` only that one runs, and SYSROOT_FREEZE is thrown.
 */
export function freezeAndThaw(path: string, { test = false }: { readonly test?: boolean } = {}): void {
  if (test) {
    spawnSync('sh', ['-c', WATCHDOG, '1', path], { stdio: ['ignore', 'ignore', 'inherit'] });
    throw storeError('SYSROOT_FREEZE', 'During fsfreeze-thaw: aborting due to test-fifreeze', {
      hint: 'Unset OSTREE_SYSROOT_DEBUG.',
      data: { path },
    });
  }
  const watchdog = spawn('sh', ['-c', WATCHDOG, String(PATIENCE), path], { detached: true, stdio: 'ignore' });
  watchdog.on('error', () => {});
  const fd = openSync(path, 'r');
  try {
    freezeFileSystem(fd);
  } finally {
    closeSync(fd);
    watchdog.kill('SIGKILL');
  }
}
