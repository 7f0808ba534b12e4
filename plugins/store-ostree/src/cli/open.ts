import { join, resolve } from 'node:path';
import { readConfig } from '../repo/collections.ts';
import { Repository } from '../repo/repository.ts';

/** Opens the repository of a verb, with the objects of its parent where its config names one. */
export function openRepository(path: string): Repository {
  const repo = Repository.open(path);
  const parent = readConfig(repo).get('core', 'parent');
  if (parent !== undefined && parent !== '') repo.extraObjects.push(join(resolve(parent), 'objects'));
  return repo;
}
