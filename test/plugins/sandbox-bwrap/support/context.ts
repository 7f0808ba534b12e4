import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Capability, type Context, EXEC, type Exec } from '@ostrata/core';

/** Runs real programs, ends their process group on abort. */
export const realExec: Exec = {
  run(command) {
    command.signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const child = spawn(command.argv[0] as string, command.argv.slice(1), { detached: true, env: command.env ?? {} });
      const end = () => process.kill(-(child.pid as number), 'SIGKILL');
      command.signal.addEventListener('abort', end, { once: true });
      const chunks: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] };
      for (const name of ['stdout', 'stderr'] as const) {
        child[name].on('data', (chunk) => chunks[name].push(chunk));
        createInterface({ input: child[name] }).on('line', (line) => command.onLine?.(line, name));
      }
      child.stdin.on('error', () => {});
      child.stdin.end(command.stdin ?? '');
      child.on('error', reject);
      child.on('close', (code, signal) => {
        command.signal.removeEventListener('abort', end);
        resolve({
          code: code ?? 128,
          signal,
          stdout: Buffer.concat(chunks.stdout),
          stderr: Buffer.concat(chunks.stderr),
        });
      });
    });
  },
};

/** A context over a temporary directory, with the means to look at what was said and to end the run. */
export interface TestContext extends Context {
  readonly directory: string;
  readonly messages: string[];
  /** Messages of level debug. */
  readonly details: string[];
  readonly warnings: string[];
  readonly controller: AbortController;
  close(): Promise<void>;
}

/** `parent` is where its temporary directory is made. */
export function testContext(exec: Exec = realExec, parent: string = tmpdir()): TestContext {
  const directory = mkdtempSync(join(parent, 'ostrata-sandbox-'));
  for (const name of ['cache', 'state', 'temp']) mkdirSync(join(directory, name));
  const controller = new AbortController();
  const messages: string[] = [];
  const details: string[] = [];
  const warnings: string[] = [];
  const undo: (() => void | Promise<void>)[] = [];
  const ctx: Omit<TestContext, 'get'> & { get: unknown } = {
    directory,
    messages,
    details,
    warnings,
    controller,
    signal: controller.signal,
    environment: {
      arch: 'x86_64',
      uid: process.getuid?.() ?? 0,
      cacheDir: join(directory, 'cache'),
      stateDir: join(directory, 'state'),
      tempDir: join(directory, 'temp'),
      proxy: { http: null, https: null, no: null },
      commandEnv: { PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin' },
      workers: 1,
    },
    progress: {
      task: () => ({ advance() {}, setTotal() {}, end() {} }),
      message: (text, options) =>
        (options?.level === 'debug' ? details : messages).push(`${options?.source ?? ''}: ${text}`),
      warning: (code) => warnings.push(code),
    },
    get: async <T>(token: Capability<T>) => {
      if (token.name !== EXEC.name) throw new Error(`no ${token.name} here`);
      return exec as T;
    },
    keys: () => [],
    defer: (_label, run) => undo.push(run),
    intend: async () => async () => {},
    failpoint: () => {},
    now: () => 0,
    close: async () => {
      for (const run of undo.reverse()) await run();
      rmSync(directory, { recursive: true, force: true });
    },
  };
  return ctx as TestContext;
}
