import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { storeError } from '../errors.ts';
import { initialConfig } from './config.ts';
import type { RepoMode } from './object-path.ts';
import { replaceFile } from './replace-file.ts';
import { Repository } from './repository.ts';

/** The directories of an empty repository, as `ostree init` makes them. */
const DIRECTORIES = [
  'objects',
  'tmp',
  'tmp/cache',
  'extensions',
  'state',
  'refs',
  'refs/heads',
  'refs/mirrors',
  'refs/remotes',
];

/** Makes a repository, or completes one of the same mode whose making was broken off. The config comes last. */
export function initRepository(path: string, mode: RepoMode): Repository {
  if (mode === 'bare-split-xattrs') {
    throw storeError('OSTREE_REPO_MODE', `A repository of mode ${mode} can only be read.`, {
      hint: 'Use bare, bare-user, bare-user-only or archive.',
      data: { path, mode },
    });
  }
  for (const directory of DIRECTORIES) mkdirSync(join(path, directory), { recursive: true, mode: 0o775 });
  try {
    const existing = Repository.open(path);
    if (existing.mode === mode) return existing;
    throw storeError(
      'OSTREE_REPO_EXISTS',
      `The repository ${path} exists and has the mode ${existing.mode}, not ${mode}.`,
      {
        hint: 'Use another path or the mode it has.',
        data: { path, mode: existing.mode, wanted: mode },
      },
    );
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'OSTREE_REPO_MISSING')) throw error;
  }
  replaceFile(join(path, 'config'), initialConfig(mode));
  return Repository.open(path);
}
