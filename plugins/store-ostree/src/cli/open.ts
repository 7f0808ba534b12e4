import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type OpenOptions, Repository } from '../repo/repository.ts';

/** Opens the repository of a verb. */
export function openRepository(path: string, options: OpenOptions = {}): Repository {
  const repo = Repository.open(path, options);
  restoreTmp(repo);
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
