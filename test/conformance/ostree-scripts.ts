import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../support/shared.ts';
import { type CaseResult, type ConformanceOptions, failed, passed, skipped } from './case.ts';

/** `--program PATH` judges another program in place of this one's `ostree`; `--timeout SECONDS` is for each script; `--logs DIR` keeps outputs. */
export const options = ['program', 'timeout', 'logs', 'jobs'];
export const takesNames = true;

/** What scripts print while they clean up, after what ended them. */
const CLEANUP =
  /^(?:gpg-connect-agent|OK closing connection|\++ (?:run_exit_cmds|for expr in|eval|save_core|gpg-connect|libtest_cleanup|'\['))/;
const DEFAULT_TIMEOUT = 300;
const OWN_PROGRAM = join(ROOT, 'bin', 'bin', 'ostrata-ostree.js');
const SERVER = join(import.meta.dirname, 'ostree-scripts', 'trivial-httpd.ts');
const FINDER = join(import.meta.dirname, 'ostree-scripts', 'repo-finder-mount.ts');

/** libostree's own test scripts of an unpacked source tree, run with an `ostree` of ours first on the PATH. */
export async function* run(
  source: string,
  { program, timeout, logs, jobs }: ConformanceOptions,
  names: readonly string[] = [],
): AsyncIterable<CaseResult> {
  const scripts = readdirSync(join(source, 'tests'))
    .filter((name) => /^test-.*\.sh$/.test(name))
    .map((name) => name.replace(/^test-|\.sh$/g, ''))
    .sort();
  const wanted = names.length === 0 ? scripts : names.map((name) => name.replace(/^test-|\.sh$/g, ''));
  const unknown = wanted.filter((name) => !scripts.includes(name));
  if (unknown.length > 0) throw new Error(`there is no script ${unknown.join(', ')} in ${source}`);
  const folder = mkdtempSync(join(tmpdir(), 'ostrata-scripts-'));
  try {
    const harness = prepare(folder, program);
    if (logs !== undefined) mkdirSync(logs, { recursive: true });
    const seconds = timeout === undefined ? DEFAULT_TIMEOUT : Number(timeout);
    const pending = wanted.values();
    const results = new Map<string, Promise<CaseResult>>();
    // As many scripts at a time as there are processors; results come in the order of the names.
    const next = (): void => {
      const { value: name, done } = pending.next();
      if (done) return;
      const result = runScript(name, { source, folder, harness, seconds, logs });
      results.set(name, result);
      result.finally(next);
    };
    for (let slot = 0; slot < Number(jobs ?? availableParallelism()); slot++) next();
    for (const name of wanted) {
      while (!results.has(name)) await Promise.race(results.values());
      yield await results.get(name)!;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Harness {
  readonly bin: string;
  readonly build: string;
}

function prepare(folder: string, program: string | undefined): Harness {
  const bin = join(folder, 'bin');
  const build = join(folder, 'build');
  mkdirSync(bin);
  mkdirSync(join(build, 'tests'), { recursive: true });
  const ostree = program === undefined ? `'${process.execPath}' '${OWN_PROGRAM}'` : `'${program}'`;
  writeScript(
    join(bin, 'ostree'),
    [
      '#!/bin/sh',
      'for word; do',
      '  case $word in',
      `    trivial-httpd) shift; exec '${process.execPath}' '${SERVER}' "$@" ;;`,
      '    -*) ;;',
      '    *) break ;;',
      '  esac',
      'done',
      `exec ${ostree} "$@"`,
    ].join('\n'),
  );
  writeScript(join(build, 'tests', 'get-byte-order'), '#!/bin/sh\necho 1234');
  // It asks the library and not the command: there is one for ours only.
  if (program === undefined) {
    writeScript(join(build, 'tests', 'repo-finder-mount'), `#!/bin/sh\nexec '${process.execPath}' '${FINDER}' "$@"`);
  }
  // Newer scripts look for a program of its own.
  writeScript(join(build, 'ostree-trivial-httpd'), `#!/bin/sh\nexec '${process.execPath}' '${SERVER}' "$@"`);
  return { bin, build };
}

function writeScript(path: string, text: string): void {
  writeFileSync(path, `${text}\n`);
  chmodSync(path, 0o755);
}

interface ScriptOptions {
  readonly source: string;
  readonly folder: string;
  readonly harness: Harness;
  readonly seconds: number;
  readonly logs: string | undefined;
}

async function runScript(name: string, options: ScriptOptions): Promise<CaseResult> {
  const { source, folder, harness, seconds, logs } = options;
  const place = mkdtempSync(join(folder, `${name}-`));
  const { status, output } = await execute(join(source, 'tests', `test-${name}.sh`), place, seconds, {
    ...process.env,
    PATH: `${harness.bin}:${process.env['PATH']}`,
    G_TEST_SRCDIR: source,
    G_TEST_BUILDDIR: harness.build,
    LC_ALL: 'C.UTF-8',
    ...(namesStateroots(source) ? { OSTREE_SYSROOT_OPTS: 'bootloader-naming-1' } : {}),
  });
  if (logs !== undefined) writeFileSync(join(logs, `${name}.log`), output);
  rmSync(place, { recursive: true, force: true });
  const skip = /^1\.\.0 *# *SKIP ?(.*)$/im.exec(output);
  if (skip) return skipped(name, skip[1] || 'the script skips itself');
  if (status === 0 && !/^not ok/m.test(output)) return passed(name);
  const lines = output
    .trimEnd()
    .split('\n')
    .filter((line) => !CLEANUP.test(line));
  const last = lines.slice(-4).join(' | ');
  return failed(name, status === null ? `no end after ${seconds} s: ${last}` : last);
}

/** Whether a release names boot entries by their stateroots: before 2024.5 there was no other way, afterwards an option. */
function namesStateroots(source: string): boolean {
  return readFileSync(join(source, 'tests', 'admin-test.sh'), 'utf8').includes('entries/ostree-1-testos.conf');
}

function execute(
  script: string,
  cwd: string,
  seconds: number,
  env: NodeJS.ProcessEnv,
): Promise<{ status: number | null; output: string }> {
  return new Promise((settle, fail) => {
    // A group of its own, so that what a script leaves behind ends with it.
    const child = spawn('bash', [script], { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      killGroup(child.pid!);
    }, seconds * 1000);
    child.once('error', fail);
    child.once('exit', (status) => {
      clearTimeout(timer);
      killGroup(child.pid!);
      settle({ status: late ? null : (status ?? -1), output: Buffer.concat(chunks).toString() });
    });
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
