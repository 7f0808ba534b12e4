import { accessSync, constants, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Context, EXEC } from '@ostrata/contract';
import type { CheckResult } from '@ostrata/system-verbs';
import type { HealthConfig } from './config.schema.ts';

/** Directories of scripts, as greenboot names them: checks that count, checks that warn, and what is done afterwards. */
export type ScriptGroup = 'required.d' | 'wanted.d' | 'green.d' | 'red.d';

/** What editors and package managers leave behind, and what explains a directory. */
const IGNORED = /^\.|~$|\.(?:bak|orig|rej|rpm(?:new|save|orig)|dpkg-\w+|ucf-\w+)$|^README/;

/** The files of a group by name; the first directory that has a name counts, and a link to /dev/null there turns it off. */
export function scriptsOf(group: ScriptGroup, directories: readonly string[]): { name: string; path: string }[] {
  const found = new Map<string, string>();
  for (const directory of directories) {
    for (const name of namesIn(join(directory, group))) {
      if (!IGNORED.test(name) && !found.has(name)) found.set(name, join(directory, group, name));
    }
  }
  const scripts = [...found].map(([name, path]) => ({ name, path })).filter(({ path }) => !isMasked(path));
  return scripts.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Runs all scripts of a group, one after another. */
export async function runScripts(
  group: ScriptGroup,
  { directories, timeout }: Pick<HealthConfig, 'directories' | 'timeout'>,
  ctx: Context,
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const { name, path } of scriptsOf(group, directories)) {
    const detail = await failureOf(path, timeout, ctx);
    results.push({ name: `${group}/${name}`, required: group === 'required.d', passed: detail === null, detail });
  }
  return results;
}

/** Null where it passed; else why not, with the last line that it said. */
async function failureOf(path: string, seconds: number, ctx: Context): Promise<string | null> {
  if (!isExecutable(path)) return 'it is no file that can be executed';
  let last = '';
  const timeout = AbortSignal.timeout(seconds * 1000);
  try {
    const { code, signal } = await (await ctx.get(EXEC)).run({
      argv: [path],
      cwd: '/',
      env: ctx.environment.commandEnv,
      signal: AbortSignal.any([ctx.signal, timeout]),
      onLine: (line) => {
        if (line.trim() !== '') last = line.trim().slice(0, 500);
      },
    });
    if (code === 0) return null;
    return `${signal === null ? `exit status ${code}` : `ended by ${signal}`}${last === '' ? '' : `: ${last}`}`;
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (timeout.aborted) return `did not end within ${seconds} seconds`;
    return (error as Error).message;
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

function isMasked(path: string): boolean {
  try {
    return realpathSync(path) === '/dev/null';
  } catch {
    return false;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
