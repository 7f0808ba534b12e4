import { accessSync, constants, mkdirSync } from 'node:fs';
import { arch, availableParallelism, homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Environment, HostError } from '@ostrata/core';
import type { Settings } from '../config/schema.ts';
import type { Code } from '../errors.ts';
import { openTempDirectory } from './temp-directory.ts';

const RPM_ARCH: { readonly [nodeArch: string]: string } = {
  x64: 'x86_64',
  arm64: 'aarch64',
  ia32: 'i686',
  arm: 'armv7hl',
  ppc64: 'ppc64le',
  s390x: 's390x',
  riscv64: 'riscv64',
};

/** Variables that programs of the machine are given as they are, beside the PATH. */
const PASSED = ['HOME', 'OSTREE_SYSROOT_DEBUG'];

/** Flags that decide over facts of this process. */
export interface HostFlags {
  readonly cachedir?: string | undefined;
  /** For http and https, instead of the environment's. */
  readonly proxy?: string | undefined;
}

/** Facts of this machine and process for plugins. The only reader of environment variables. */
export function readEnvironment(settings: Settings, { cachedir: cacheDir, proxy }: HostFlags): Environment {
  const env = process.env;
  const uid = process.geteuid?.() ?? 0;
  const root = uid === 0;
  const cache =
    cacheDir ??
    settings.cache ??
    (root ? '/var/cache/ostrata' : join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'ostrata'));
  // A cache of its own has its own journal and lock: composes with different ones do not wait for one another.
  const state =
    (cacheDir === undefined ? settings.state : join(cacheDir, 'state')) ??
    (root ? '/var/lib/ostrata' : join(env['XDG_STATE_HOME'] ?? join(homedir(), '.local/state'), 'ostrata'));
  const [cachePath, statePath] = [resolve(cache), resolve(state)];
  for (const directory of [cachePath, statePath]) makeDirectory(directory);
  const variable = (name: string) => env[name.toUpperCase()] ?? env[name] ?? null;
  return {
    arch: RPM_ARCH[arch()] ?? arch(),
    uid,
    cacheDir: cachePath,
    stateDir: statePath,
    tempDir: openTempDirectory(cachePath),
    proxy: {
      http: proxy ?? env['http_proxy'] ?? null,
      https: proxy ?? variable('https_proxy'),
      no: variable('no_proxy'),
    },
    commandEnv: {
      PATH: commandPath(env['PATH']),
      LANG: 'C.UTF-8',
      ...Object.fromEntries(PASSED.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]))),
    },
    workers: settings.workers ?? Math.min(8, availableParallelism()),
  };
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
    accessSync(path, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new HostError<Code>(
      'DIRECTORY_UNWRITABLE',
      `The directory ${path} cannot be used: ${(cause as Error).message}`,
      {
        cause,
        data: { path },
        hint: 'Name a directory that you may write to by --cachedir, or by "cache" and "state" in the configuration.',
      },
    );
  }
}

/** SOURCE_DATE_EPOCH in seconds, or null (https://reproducible-builds.org/specs/source-date-epoch/). */
export function sourceDateEpoch(): number | null {
  const value = process.env['SOURCE_DATE_EPOCH'];
  return value !== undefined && /^\d{1,11}$/.test(value) ? Number(value) : null;
}

/** The system directories are searched too: image tools live in sbin, which a user's PATH often lacks. */
function commandPath(path: string | undefined): string {
  const parts = (path ?? '/usr/bin:/bin').split(':').filter((part) => part.startsWith('/'));
  for (const extra of ['/usr/sbin', '/sbin']) if (!parts.includes(extra)) parts.push(extra);
  return parts.join(':');
}
