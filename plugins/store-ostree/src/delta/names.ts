import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Checksum, isChecksum } from '../codec/checksum.ts';
import {
  type DeltaName,
  deltaId,
  deltaPath,
  parseDeltaId,
  parseDeltaIndexPath,
  parseDeltaPath,
} from '../codec/delta/name.ts';
import { errnoOf, storeError } from '../errors.ts';
import { removeTree } from '../repo/remove-tree.ts';
import type { Repository } from '../repo/repository.ts';

const SUPERBLOCK = 'superblock';

/** Reads `FROM-TO` or `TO`; throws OSTREE_DELTA_NAME. */
export function deltaName(id: string): DeltaName {
  const name = parseDeltaId(id);
  if (name) return name;
  throw storeError('OSTREE_DELTA_NAME', `${JSON.stringify(id)} is not the name of a static delta.`, {
    hint: 'A name is the checksum of the commit that the delta leads to, after that of the one it starts from and a dash.',
    data: { delta: id },
  });
}

export const deltaDirectory = (repo: Repository, name: DeltaName): string => join(repo.path, deltaPath(name));
export const superblockPath = (repo: Repository, name: DeltaName): string =>
  join(deltaDirectory(repo, name), SUPERBLOCK);

/** Where the superblock of a delta in the repository is, or of one in a file when `id` has a slash. Throws OSTREE_DELTA_MISSING. */
export function locateSuperblock(repo: Repository, id: string): string {
  const path = id.includes('/') ? id : superblockPath(repo, deltaName(id));
  if (lstatSync(path, { throwIfNoEntry: false })) return path;
  throw missing(id, path);
}

export const deltaExists = (repo: Repository, id: string): boolean =>
  lstatSync(superblockPath(repo, deltaName(id)), { throwIfNoEntry: false }) !== undefined;

/** The deltas of a repository, sorted by their names. */
export function listDeltas(repo: Repository): DeltaName[] {
  const names = entriesBelow(join(repo.path, 'deltas')).flatMap(([prefix, rest]) => {
    const name = parseDeltaPath(prefix, rest);
    return name && lstatSync(superblockPath(repo, name), { throwIfNoEntry: false }) ? [name] : [];
  });
  return names.sort((a, b) => (deltaId(a) < deltaId(b) ? -1 : 1));
}

/** The commits for which the repository has an index of deltas, sorted. */
export const listDeltaIndexes = (repo: Repository): Checksum[] =>
  entriesBelow(join(repo.path, 'delta-indexes'))
    .flatMap(([prefix, name]) => parseDeltaIndexPath(prefix, name) ?? [])
    .filter(isChecksum)
    .sort();

/** Removes a delta with all its parts. Throws OSTREE_DELTA_NAME, OSTREE_DELTA_MISSING. */
export function deleteDelta(repo: Repository, id: string): void {
  const directory = deltaDirectory(repo, deltaName(id));
  if (!lstatSync(directory, { throwIfNoEntry: false })) throw missing(id, directory);
  removeTree(directory);
}

function missing(id: string, path: string) {
  return storeError('OSTREE_DELTA_MISSING', `There is no static delta ${id}.`, {
    hint: 'List the deltas of the repository, or make this one.',
    data: { delta: id, path },
  });
}

/** The names in directories that are one below another. */
function entriesBelow(root: string): [string, string][] {
  const names = (path: string): string[] => {
    try {
      return readdirSync(path);
    } catch (error) {
      const code = errnoOf(error);
      if (code === 'ENOENT' || code === 'ENOTDIR') return [];
      throw error;
    }
  };
  return names(root).flatMap((prefix) => names(join(root, prefix)).map((name): [string, string] => [prefix, name]));
}
