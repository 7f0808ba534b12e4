import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  DEFAULT_IMAGE,
  EMPTY_INTENT,
  type Environment,
  type Halt,
  HostError,
  type Json,
  type Request,
} from '@ostrata/core';
import type { Code } from '../errors.ts';
import { sourceDateEpoch } from '../host/environment.ts';

/** The flags of `compose tree` that shape the request. */
export interface ComposeFlags {
  readonly repo?: string | undefined;
  readonly 'cache-only'?: boolean;
  readonly 'dry-run'?: boolean;
  readonly 'download-only'?: boolean;
  readonly 'download-only-rpms'?: boolean;
  readonly 'print-only'?: boolean;
  readonly 'force-nocache'?: boolean;
  readonly 'previous-commit'?: string | undefined;
  readonly 'write-lockfile-to'?: string | undefined;
  readonly lockfile?: string[] | undefined;
  readonly 'lockfile-strict'?: boolean;
  readonly 'disable-selinux'?: boolean;
  readonly 'previous-inputhash'?: string | undefined;
  readonly 'previous-version'?: string | undefined;
  readonly 'add-metadata-string'?: string[] | undefined;
  readonly 'add-metadata-from-json'?: string | undefined;
  readonly 'write-commitid-to'?: string | undefined;
  readonly 'no-parent'?: boolean;
  readonly parent?: string | undefined;
}

/** argv of `compose tree` as a Request. Plugin treefile completes it. */
export function composeRequest(treefile: string, flags: ComposeFlags, environment: Environment): Request {
  return {
    command: `compose tree ${treefile}`,
    from: 'fetch',
    until: haltOf(flags),
    store: {
      work: join(environment.cacheDir, 'work-repo'),
      target: flags.repo === undefined ? null : resolve(flags.repo),
    },
    base: null,
    sources: [],
    intent: { ...EMPTY_INTENT, arch: environment.arch },
    image: { ...DEFAULT_IMAGE, selinux: flags['disable-selinux'] !== true },
    commit: {
      parent: flags['no-parent'] === true ? null : (flags.parent ?? flags['previous-commit'] ?? 'auto'),
      timestamp: sourceDateEpoch(),
      force: flags['force-nocache'] ?? false,
      ...(flags['previous-inputhash'] === undefined ? {} : { previousDigest: flags['previous-inputhash'] }),
    },
    cacheOnly: flags['cache-only'] ?? false,
    deploy: null,
    extras: {
      treefile: {
        path: treefile,
        lockfiles: (flags.lockfile ?? []).map((file) => resolve(file)),
        lockfileStrict: flags['lockfile-strict'] ?? false,
        addMetadata: {
          ...(flags['add-metadata-from-json'] === undefined ? {} : metadataFile(flags['add-metadata-from-json'])),
          ...Object.fromEntries((flags['add-metadata-string'] ?? []).map(keyValue)),
        },
        ...(flags['previous-version'] === undefined ? {} : { previousVersion: flags['previous-version'] }),
        ...(flags['write-lockfile-to'] === undefined ? {} : { writeLockfileTo: resolve(flags['write-lockfile-to']) }),
        ...(flags['write-commitid-to'] === undefined ? {} : { noRef: true }),
      } as { [key: string]: Json },
    },
  };
}

function haltOf(flags: ComposeFlags): Halt {
  if (flags['print-only'] === true) return 'request';
  if (flags['dry-run'] === true) return 'resolve';
  if (flags['download-only-rpms'] === true) return 'download';
  if (flags['download-only'] === true) return 'acquire';
  return 'commit';
}

function keyValue(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new HostError<Code>('USAGE', `"--add-metadata-string ${text}" has no key and value.`, {
    hint: 'Write it as KEY=VALUE.',
  });
}

function metadataFile(path: string): { [key: string]: Json } {
  let problem = 'it is no JSON object';
  try {
    const value = JSON.parse(readFileSync(path, 'utf8')) as Json;
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as { [key: string]: Json };
  } catch (error) {
    problem = (error as Error).message;
  }
  throw new HostError<Code>('USAGE', `The metadata of ${path} cannot be read: ${problem}`, {
    data: { path },
    hint: 'Write it as {"KEY": VALUE, …}.',
  });
}
