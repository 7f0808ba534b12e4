import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import type { Context, Terminal } from '@ostrata/core';
import { runOstree } from '../../../../plugins/store-ostree/src/cli/main.ts';

export interface Output {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process. Bytes are kept as latin1, so that any can be compared. */
export const ours = (...argv: string[]): Promise<Output> => runIn(undefined, {}, argv);

/** Runs a command line with the capabilities of a context. */
export const oursWith = (ctx: Context, ...argv: string[]): Promise<Output> => runIn(ctx, {}, argv);

export type Variables = Readonly<Record<string, string>>;

/** Runs a command line with the capabilities of a context, and with variables of the environment. */
export async function runIn(
  ctx: Context | undefined,
  environment: Variables,
  argv: readonly string[],
): Promise<Output> {
  const chunks: Buffer[] = [];
  let err = '';
  const terminal: Terminal = {
    program: 'ostree',
    environment,
    input: 0,
    interactive: false,
    out: (data) => void chunks.push(Buffer.from(data as string)),
    err(text) {
      err += text;
    },
    withContext: (work) => (ctx ? work(ctx) : Promise.reject(new Error('no host here'))),
  };
  const status = await runOstree(argv, terminal);
  return { status, out: Buffer.concat(chunks).toString('latin1'), err };
}

/** Runs the same with the real program. */
export const theirs = (...argv: string[]): Output => theirsIn({}, argv);

export function theirsIn(environment: Variables, argv: readonly string[]): Output {
  const env = { ...process.env, LC_ALL: 'C.UTF-8', ...environment };
  const { status, stdout, stderr } = spawnSync('ostree', argv, { env, maxBuffer: 64 * 1024 * 1024 });
  return { status, out: stdout.toString('latin1'), err: stderr.toString() };
}

/** Both programs must print the same and end alike. */
export async function assertSame(...argv: string[]): Promise<void> {
  assert.deepEqual(await ours(...argv), theirs(...argv), argv.join(' '));
}

/** Runs ours, which must succeed, and gives what it printed. */
export async function succeed(...argv: string[]): Promise<string> {
  const { status, out, err } = await ours(...argv);
  assert.equal(status, 0, err);
  return out;
}
