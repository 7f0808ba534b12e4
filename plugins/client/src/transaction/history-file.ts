import { appendFileSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context, Json, Outcome } from '@ostrata/contract';
import { runningTransaction } from './holder.ts';

/** One deployment that was made or put first: a line of JSON in the file `history.jsonl` of the state directory. */
export type HistoryEntry = {
  /** Seconds since the epoch. */
  readonly time: number;
  readonly command: string;
  readonly pid: number;
  readonly sysroot: string;
  readonly deployment: string;
  readonly checksum: string;
  readonly version: string | null;
  /** Waits for shutdown. */
  readonly staged: boolean;
};

/** Bytes at which the older half goes. */
const LONGEST = 512 * 1024;

const fileOf = ({ environment }: Context): string => join(environment.stateDir, 'history.jsonl');

/** `finalize.report`: notes what a run has made. What cannot be noted is no reason to fail: the system has changed already. */
export function noteDeployment({ status, deployment, commit }: Outcome, ctx: Context): void {
  if (status !== 'done' || deployment === null) return;
  const running = runningTransaction(ctx);
  const version = commit?.meta.metadata['version']?.value;
  const entry: HistoryEntry = {
    time: ctx.now(),
    command: running?.command ?? '',
    pid: running?.pid ?? 0,
    sysroot: deployment.target.sysroot,
    deployment: deployment.id,
    checksum: deployment.target.commit,
    version: typeof version === 'string' ? version : null,
    staged: deployment.state === 'staged',
  };
  try {
    const file = fileOf(ctx);
    appendFileSync(file, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
    if (statSync(file).size > LONGEST) shorten(file);
  } catch (error) {
    ctx.progress.warning('CLIENT_HISTORY', `The deployment is not in the history: ${(error as Error).message}`);
  }
}

/** The latest first. Lines that a full disk or somebody cut off are left out. */
export function readHistory(ctx: Context): HistoryEntry[] {
  let text = '';
  try {
    text = readFileSync(fileOf(ctx), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return text
    .split('\n')
    .flatMap((line) => entryOf(line) ?? [])
    .reverse();
}

function entryOf(line: string): HistoryEntry | undefined {
  try {
    const entry = JSON.parse(line) as HistoryEntry | null;
    const texts: readonly (Json | undefined)[] = [entry?.command, entry?.sysroot, entry?.deployment, entry?.checksum];
    return typeof entry?.time === 'number' && texts.every((text) => typeof text === 'string') ? entry : undefined;
  } catch {
    return undefined;
  }
}

function shorten(file: string): void {
  const lines = readFileSync(file, 'utf8').split('\n');
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, lines.slice(lines.length >> 1).join('\n'), { mode: 0o600, flush: true });
  renameSync(temporary, file);
}
