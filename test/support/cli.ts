import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './shared.ts';

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export const OSTRATA = join(ROOT, 'bin/bin/ostrata.js');
export const OSTRATA_OSTREE = join(ROOT, 'bin/bin/ostrata-ostree.js');

/** Runs `ostrata` as a user would. */
export function ostrata(
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; timeout?: number } = {},
): CliResult {
  const result = spawnSync(process.execPath, [OSTRATA, ...args], {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    ...options,
    env: { ...process.env, ...options.env },
  });
  return { code: result.status, stdout: result.stdout, stderr: result.stderr };
}
