import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const DIRECTORIES = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin'];

/** Whether a program is on this machine. */
export function hasTool(name: string): boolean {
  return DIRECTORIES.some((directory) => directory !== '' && existsSync(join(directory, name)));
}

/** The tools of a list that this machine lacks, and `root` when it is in the list and this is another user: why a test is skipped. */
export function missing(...needs: readonly string[]): string[] {
  return needs.filter((need) => (need === 'root' ? process.geteuid?.() !== 0 : !hasTool(need)));
}

/** Runs a program and returns its standard output; a failure throws with its standard error in the message. */
export function tool(
  argv: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string } = {},
): string {
  const [program, ...args] = argv;
  const result = spawnSync(program as string, args, {
    ...options,
    env: { ...process.env, PATH: DIRECTORIES.join(':'), LC_ALL: 'C.UTF-8', ...options.env },
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (result.error !== undefined) throw result.error;
  if (result.status !== 0) {
    throw new Error(
      `${argv.join(' ')} ended with ${result.status ?? result.signal}\n${result.stderr.slice(-4000)}${result.stdout.slice(-2000)}`,
    );
  }
  return result.stdout;
}

/** Runs a shell script with `set -eu`; `args` are its `$1` and so on. */
export function shell(script: string, env: NodeJS.ProcessEnv = {}, args: readonly string[] = []): string {
  return execFileSync('/bin/sh', ['-euc', script, 'sh', ...args], {
    encoding: 'utf8',
    env: { ...process.env, PATH: DIRECTORIES.join(':'), LC_ALL: 'C.UTF-8', ...env },
    maxBuffer: 256 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
