import { accessSync, constants, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Halt, type Request, STAGES } from '@ostrata/contract';
import { errnoOf, storeError } from '../errors.ts';

/**
 * Whether the repository that a request's commit is for can be written, or made: found out before the work and not after it.
 * @throws StoreError OSTREE_REPO_UNWRITABLE.
 */
export function checkTarget({ store, until }: Request): void {
  if (store.target === null || !writesTarget(until)) return;
  const target = resolve(store.target);
  let path = target;
  try {
    while (!statSync(path, { throwIfNoEntry: false })) path = dirname(path);
    if (!statSync(path).isDirectory()) throw Object.assign(new Error(`${path} is no directory`), { code: 'ENOTDIR' });
    accessSync(path, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const why = errnoOf(cause) === 'ENOTDIR' ? `${path} is no directory` : (cause as Error).message;
    throw storeError('OSTREE_REPO_UNWRITABLE', `The repository ${target} cannot be written: ${why}.`, {
      hint: 'Choose another directory, or run as a user who may write to it.',
      data: { path: target },
      cause,
    });
  }
}

/** Whether a run that stops there makes a commit. */
function writesTarget(until: Halt): boolean {
  return (STAGES as readonly string[]).indexOf(until) >= STAGES.indexOf('commit');
}
