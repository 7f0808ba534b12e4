import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import type { Terminal } from '@ostrata/contract';

/** Where libostree looks for programs that add verbs before it looks in PATH. */
const EXTENSIONS = '/usr/lib/ostree';

/** The program `ostree-VERB` that stands for an unknown verb, or undefined. */
export function findExtension(verb: string, { environment }: Terminal): string | undefined {
  if (verb === '' || verb.includes('/')) return undefined;
  const directories = [EXTENSIONS, ...(environment['PATH'] ?? '').split(':').filter((path) => path !== '')];
  return directories.map((path) => join(path, `ostree-${verb}`)).find(isProgram);
}

/** Runs it with the whole command line, as execvp(3) would. */
export function runExtension(program: string, argv: readonly string[], { environment }: Terminal): number {
  const { status, error } = spawnSync(program, argv, { stdio: 'inherit', env: { ...environment } });
  if (error) throw error;
  return status ?? 1;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
