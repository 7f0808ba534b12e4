import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '@ostrata/contract';

/** A run that is under way, in the form of rpm-ostree's property ActiveTransaction: what, who, where. Null where none is. */
export function activeTransaction({
  environment,
}: Context): readonly [title: string, client: string, path: string] | null {
  // A file beside the lock names its holder; one that was killed leaves it behind.
  let pid = '';
  try {
    pid = readFileSync(join(environment.stateDir, 'lock-holder'), 'utf8').trim();
  } catch {
    return null;
  }
  return /^\d+$/.test(pid) && existsSync(`/proc/${pid}`) ? ['ostrata', `process ${pid}`, environment.stateDir] : null;
}
