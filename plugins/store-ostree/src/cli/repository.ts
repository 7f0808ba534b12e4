import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { Terminal } from '@ostrata/contract';
import { VerbError } from './error.ts';

const SYSTEM_REPOSITORY = '/sysroot/ostree/repo';

/** The repository a verb works on: `--repo`, else OSTREE_REPO, else the current directory when it is one, else that of the system (OSTREE_SYSROOT). */
export function findRepository(given: string | undefined, terminal: Terminal, help: string): string {
  if (given !== undefined) return given;
  const fromEnvironment = terminal.environment['OSTREE_REPO'];
  if (fromEnvironment !== undefined) return fromEnvironment;
  if (exists('objects') && exists('config')) return '.';
  const sysroot = terminal.environment['OSTREE_SYSROOT'];
  const system = sysroot === undefined ? SYSTEM_REPOSITORY : join(sysroot, 'ostree/repo');
  if (exists(join(system, 'objects'))) return system;
  throw new VerbError('Command requires a --repo argument', { usage: help });
}

const exists = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;
