import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHost, type Environment, type FailpointHandler, type Host, type Plugin } from '@ostrata/core';
import { fakePlugins } from './fakes/plugins.ts';
import { World } from './fakes/world.ts';

/** An environment below a new temporary directory. */
export function testEnvironment(changes: Partial<Environment> = {}): Environment & Disposable {
  const root = mkdtempSync(join(tmpdir(), 'ostrata-test-'));
  const directory = (name: string) => {
    mkdirSync(join(root, name));
    return join(root, name);
  };
  return {
    arch: 'x86_64',
    uid: 1000,
    cacheDir: directory('cache'),
    stateDir: directory('state'),
    tempDir: directory('temp'),
    proxy: { http: null, https: null, no: null },
    commandEnv: { PATH: '/usr/bin:/bin' },
    workers: 1,
    ...changes,
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** The fixed time of test hosts. */
export const TEST_TIME = 1_700_000_000;

export interface TestHostOptions {
  readonly world?: World;
  readonly environment: Environment;
  /** Beside the fakes. */
  readonly plugins?: readonly Plugin[];
  /** Names of fakes to leave out. */
  readonly without?: readonly string[];
  readonly config?: { readonly [plugin: string]: unknown };
  readonly capabilities?: { readonly [slot: string]: string };
  readonly failpoint?: FailpointHandler;
}

/** A host of fakes, with other plugins beside or in place of them. */
export function testHost(options: TestHostOptions): Promise<Host> {
  const { world = new World(), plugins = [], without = [], environment, failpoint } = options;
  const fakes = fakePlugins(world).filter(({ name }) => !without.includes(name));
  return createHost({
    plugins: [...fakes, ...plugins].map((plugin) => ({ plugin, origin: `test:${plugin.name}` })),
    config: options.config ?? {},
    capabilities: options.capabilities ?? {},
    environment,
    now: () => TEST_TIME,
    ...(failpoint === undefined ? {} : { failpoint }),
  });
}
