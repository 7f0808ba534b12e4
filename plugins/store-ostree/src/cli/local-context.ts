import { availableParallelism } from 'node:os';
import type { Context, Environment, Task } from '@ostrata/contract';
import { VerbError } from './error.ts';

const SILENT_TASK: Task = { advance() {}, setTotal() {}, end() {} };

/**
 * A context for work on repositories of this machine: without a host, so without capabilities, and without progress. Commands that
 * scripts call a thousand times need not wait for plugins.
 */
export function localContext(): Context {
  const absent = (): never => {
    throw new VerbError('This needs a plugin, and the command was started without any');
  };
  const environment: Environment = {
    arch: process.arch === 'x64' ? 'x86_64' : process.arch,
    uid: process.geteuid?.() ?? 0,
    cacheDir: '',
    stateDir: '',
    tempDir: '',
    proxy: { http: null, https: null, no: null },
    commandEnv: {},
    workers: availableParallelism(),
  };
  return {
    environment,
    signal: new AbortController().signal,
    progress: { task: () => SILENT_TASK, message() {}, warning() {} },
    get: absent,
    keys: () => [],
    defer() {},
    intend: absent,
    failpoint() {},
    now: () => Math.floor(Date.now() / 1000),
  };
}
