import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CommitMeta, type Context, EXEC, type Exec, type ObjectStore } from '@ostrata/core';
import { ostreeStores, type StoresOptions } from '../../../plugins/store-ostree/src/store/stores.ts';

export const MODES = ['bare', 'bare-user', 'bare-user-only', 'archive'] as const;

export const isRoot = process.geteuid?.() === 0;
export const hasTool = (name: string, ...args: string[]): boolean => spawnSync(name, args).status === 0;
export const hasOstree = hasTool('ostree', '--version');

/** Runs a program and gives what it printed; throws with its error output. */
export function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

export const ostree = (repo: string, ...args: string[]): string => run('ostree', `--repo=${repo}`, ...args).trimEnd();

/** A temporary directory for one describe block, made anew for each test. */
export function temporary(): { readonly path: string; in(...parts: string[]): string } {
  let path = '';
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'ostrata-store-'));
  });
  afterEach(() => rmSync(path, { recursive: true, force: true }));
  return {
    get path() {
      return path;
    },
    in: (...parts) => join(path, ...parts),
  };
}

export const stores = (options: Partial<StoresOptions> = {}) =>
  ostreeStores({ refBinding: true, rootStrategy: 'auto', defaultMode: isRoot ? 'bare' : 'bare-user', ...options });

export async function newStore(path: string, mode: string, options: Partial<StoresOptions> = {}): Promise<ObjectStore> {
  return stores(options).ensure(path, mode);
}

export const commitMeta = (changes: Partial<CommitMeta> = {}): CommitMeta => ({
  ref: null,
  parent: null,
  subject: '',
  body: '',
  timestamp: 1_700_000_000,
  metadata: {},
  ...changes,
});

/** Runs host commands; the only capability that the store asks for. */
const exec: Exec = {
  run: ({ argv, env, signal }) =>
    new Promise((resolve, reject) => {
      const child = spawn(argv[0]!, argv.slice(1), { env, signal, stdio: 'ignore' });
      child.on('error', reject);
      child.on('close', (code) =>
        resolve({ code: code ?? 1, signal: null, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) }),
      );
    }),
};

/** A context with what the store uses of one; `end` runs what was deferred. */
export function testContext(options: { exec?: boolean } = {}): Context & { end(): Promise<void> } {
  const deferred: (() => void | Promise<void>)[] = [];
  const task = { advance() {}, setTotal() {}, end() {} };
  return {
    environment: {
      arch: 'x86_64',
      uid: process.geteuid?.() ?? 0,
      cacheDir: tmpdir(),
      stateDir: tmpdir(),
      tempDir: tmpdir(),
      proxy: { http: null, https: null, no: null },
      commandEnv: { PATH: '/usr/bin:/bin:/usr/sbin:/sbin' },
      workers: 2,
    },
    signal: new AbortController().signal,
    progress: { task: () => task, message() {}, warning() {} },
    async get(token: { name: string }) {
      if (token.name === EXEC.name && options.exec !== false) return exec as never;
      throw new Error(`no provider of ${token.name}`);
    },
    keys: () => [],
    defer: (_label, undo) => void deferred.push(undo),
    intend: async () => async () => {},
    failpoint() {},
    now: () => 1_700_000_000,
    async end() {
      for (const undo of deferred.splice(0).reverse()) await undo();
    },
  };
}
