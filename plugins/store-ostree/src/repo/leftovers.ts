import { lstatSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readNames } from './directory.ts';
import { FileLock } from './lock.ts';
import { removeTree } from './remove-tree.ts';
import type { Repository } from './repository.ts';

/** Names in `tmp/` of directories that show a tree, each with a lock file beside it. */
export const ROOT_PREFIX = 'ostrata-root-';
export const STAGING_PREFIX = 'staging-';
export const LOCK_SUFFIX = '-lock';

/** Whether somebody writes to the repository, or was cut off. */
export const hasStaging = (repo: Repository): boolean =>
  readNames(join(repo.path, 'tmp')).some((name) => name.startsWith(STAGING_PREFIX));

/**
 * Removes what programs that have ended left in `tmp/`: directories that show trees and are locked by nobody, and whatever else is older
 * than `tmp-expiry-secs`, as libostree does. Staging directories are not touched.
 */
export function removeLeftovers(repo: Repository): void {
  const tmp = join(repo.path, 'tmp');
  const oldest = Date.now() - repo.config.tmpExpirySeconds * 1000;
  for (const name of readNames(tmp)) {
    const path = join(tmp, name);
    if (name === 'cache' || name.startsWith(STAGING_PREFIX)) continue;
    if (!name.startsWith(ROOT_PREFIX)) {
      const stat = lstatSync(path, { throwIfNoEntry: false });
      if (stat && stat.mtimeMs < oldest) removeTree(path);
    } else if (!name.endsWith(LOCK_SUFFIX)) {
      const lock = FileLock.try(`${path}${LOCK_SUFFIX}`, 'exclusive');
      if (!lock) continue;
      removeTree(path);
      rmSync(`${path}${LOCK_SUFFIX}`, { force: true });
      lock.release();
    }
  }
}
