import { existsSync, lstatSync, mkdirSync, readdirSync, realpathSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Context } from '@ostrata/contract';
import type { Checksum } from '../codec/checksum.ts';
import { errnoOf, storeError } from '../errors.ts';
import { pull } from '../pull/index.ts';
import { initRepository } from '../repo/init.ts';
import { Repository } from '../repo/repository.ts';
import { updateSummary } from '../summary/index.ts';
import type { WantedRef } from './found.ts';
import { WELL_KNOWN } from './mount-finder.ts';

export interface VolumeOptions {
  /** Path of the repository below the root of the volume. */
  readonly destination: string;
  /** In place of the commit that the ref has; for one ref. */
  readonly commit?: Checksum;
  readonly fsync?: boolean;
}

/** libostree's number of names for links to repositories. */
const MAX_LINKS = 100;

/**
 * Copies refs into an archive on a volume, makes its summary, and has it found there by the mount finder: a repository at another place
 * than the well-known ones gets a link in `.ostree/repos.d`. Nothing is written where the destination is not on the volume, or is the
 * repository itself. @throws OSTREE_PULL_*, OSTREE_REPO_*
 */
export async function createVolume(
  source: Repository,
  mount: string,
  refs: readonly WantedRef[],
  options: VolumeOptions,
  ctx: Context,
): Promise<'done' | 'outside' | 'source'> {
  const root = realpathSync(mount);
  const path = settledPath(resolve(root, options.destination));
  if (path === realpathSync(source.path)) return 'source';
  if (!isBelow(path, root)) return 'outside';
  mkdirSync(path, { recursive: true, mode: 0o755 });
  if (statSync(path).dev !== statSync(root).dev) return 'outside';
  const repo = existsSync(join(path, 'config')) ? Repository.open(path) : initRepository(path, 'archive');
  if (options.fsync === false) Object.assign(repo.config, { fsync: false });
  const suffix = options.commit === undefined ? '' : `@${options.commit}`;
  const revs = refs.map(({ collection, ref }) => `${collection}:${ref}${suffix}`);
  await pull(repo, { url: source.path, revs, mirror: true }, ctx);
  updateSummary(repo, { now: ctx.now() });
  if (!WELL_KNOWN.slice(0, 2).includes(relative(root, path))) linkRepository(root, path);
  return 'done';
}

/** The path without symbolic links, also where its end is not there yet. */
function settledPath(path: string): string {
  if (lstatSync(path, { throwIfNoEntry: false })) return realpathSync(path);
  const parent = dirname(path);
  return parent === path ? path : join(settledPath(parent), path.slice(parent.length));
}

const isBelow = (path: string, root: string): boolean => path !== root && (root === '/' || path.startsWith(`${root}/`));

/** Puts a link into `.ostree/repos.d`, unless one leads there already. */
function linkRepository(root: string, path: string): void {
  const directory = join(root, '.ostree/repos.d');
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  if (readdirSync(directory).some((name) => leadsTo(join(directory, name), path))) return;
  const target = join('../..', relative(root, path));
  for (let number = 0; number < MAX_LINKS; number++) {
    try {
      symlinkSync(target, join(directory, `${String(number).padStart(2, '0')}-generated`));
      return;
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
    }
  }
  throw storeError('OSTREE_REPO_UNWRITABLE', 'Could not find an unused symlink name for the repository', {
    hint: `Remove links that are not needed from ${directory}.`,
    data: { path: directory },
  });
}

function leadsTo(link: string, path: string): boolean {
  try {
    return realpathSync(link) === path;
  } catch {
    return false;
  }
}
