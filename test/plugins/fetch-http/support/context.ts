import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context, Transport } from '@ostrata/core';
import type { FetchConfig } from '../../../../plugins/fetch-http/src/config.schema.ts';
import plugin from '../../../../plugins/fetch-http/src/index.ts';

export const FAST: FetchConfig = {
  maxConnections: 8,
  maxConnectionsPerHost: 4,
  maxSmallRequests: 32,
  retries: 0,
  connectTimeoutSeconds: 5,
  lowSpeedBytesPerSecond: 1000,
  lowSpeedSeconds: 5,
  userAgent: 'ostrata-test',
};

/** A run for tests of transports and sources: a directory of its own, and all transports of the plugin. */
export interface TestRun {
  readonly directory: string;
  readonly ctx: Context;
  readonly warnings: { readonly code: string; readonly text: string }[];
  readonly abort: AbortController;
  transport(scheme: string): Transport;
  close(): Promise<void>;
}

export function testRun(
  options: { config?: Partial<FetchConfig>; proxy?: Partial<Context['environment']['proxy']> } = {},
): TestRun {
  const directory = mkdtempSync(join(tmpdir(), 'ostrata-fetch-'));
  const abort = new AbortController();
  const undos: (() => void | Promise<void>)[] = [];
  const warnings: { code: string; text: string }[] = [];
  const makers = new Map<string, (ctx: Context) => unknown>();
  const made = new Map<string, unknown>();
  plugin.apply({
    config: { ...FAST, ...options.config },
    hooks: {} as never,
    provide: (token: unknown, key: unknown, make?: unknown) => {
      makers.set(`${(token as { name: string }).name}:${key}`, make as (ctx: Context) => unknown);
    },
    recover: () => undefined,
  });
  const get = (token: { name: string }, key?: string): unknown => {
    const id = `${token.name}:${key}`;
    if (!made.has(id)) {
      const make = makers.get(id);
      if (!make) throw new Error(`no provider of ${id}`);
      made.set(id, make(ctx));
    }
    return made.get(id);
  };
  for (const name of ['cache', 'state', 'temp']) mkdirSync(join(directory, name));
  const ctx: Context = {
    environment: {
      arch: 'x86_64',
      uid: 0,
      cacheDir: join(directory, 'cache'),
      stateDir: join(directory, 'state'),
      tempDir: join(directory, 'temp'),
      proxy: { http: null, https: null, no: null, ...options.proxy },
      commandEnv: {},
      workers: 1,
    },
    signal: abort.signal,
    progress: {
      task: () => ({ advance: () => undefined, setTotal: () => undefined, end: () => undefined }),
      message: () => undefined,
      warning: (code, text) => {
        warnings.push({ code, text });
      },
    },
    get: (async (token: { name: string }, key?: string) => get(token, key)) as Context['get'],
    keys: () => [],
    defer: (_label, undo) => {
      undos.push(undo);
    },
    intend: async () => async () => undefined,
    failpoint: () => undefined,
    now: () => 1_700_000_000,
  };
  return {
    directory,
    ctx,
    warnings,
    abort,
    transport: (scheme) => ({
      get: async (request, at) => ((await get({ name: 'transport' }, scheme)) as Transport).get(request, at),
    }),
    close: async () => {
      for (const undo of undos.reverse()) await undo();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
