import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** `run-PID-RANDOM`: the process that it belongs to can be told from its name. */
const NAME = /^run-(\d+)-/;

/** A private directory for this process below the cache, removed when it exits; those of processes that were killed are removed first. */
export function openTempDirectory(cacheDir: string): string {
  const parent = join(cacheDir, 'tmp');
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(parent)) {
    const pid = NAME.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(join(parent, name), { recursive: true, force: true });
  }
  const own = mkdtempSync(join(parent, `run-${process.pid}-`));
  process.once('exit', () => rmSync(own, { recursive: true, force: true }));
  return own;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
