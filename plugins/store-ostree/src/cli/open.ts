import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readConfig } from '../repo/collections.ts';
import { Repository } from '../repo/repository.ts';

export interface OpenOptions {
  /** False for a run that need not survive a crash of the system, whatever the config says. */
  readonly fsync?: boolean;
}

/** Opens the repository of a verb, with the objects of its parent where its config names one. */
export function openRepository(path: string, options: OpenOptions = {}): Repository {
  const repo = Repository.open(path);
  restoreTmp(repo);
  if (options.fsync === false) Object.assign(repo.config, { fsync: false });
  const parent = readConfig(repo).get('core', 'parent');
  if (parent !== undefined && parent !== '') repo.extraObjects.push(join(resolve(parent), 'objects'));
  return repo;
}

/** As libostree, brings back a directory that cleaners take away. */
function restoreTmp(repo: Repository): void {
  try {
    mkdirSync(join(repo.path, 'tmp'), { mode: 0o775 });
  } catch {
    // It is there, or this is a repository that can only be read.
  }
}
