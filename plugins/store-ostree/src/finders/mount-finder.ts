import { readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { findCollectionRemote } from '../remote/index.ts';
import { listCollectionRefs } from '../repo/collections.ts';
import { Repository } from '../repo/repository.ts';
import { type Finder, type FoundRemote, refKey } from './found.ts';
import type { Mount } from './mounts.ts';
import { unlessBroken } from './unless-broken.ts';

/** libostree's number for volumes: before configured remotes. */
const PRIORITY = 50;
/** More repositories than these are not looked at on one volume. */
const MAX_REPOSITORIES = 1000;

/** Where a volume has repositories, besides those that `.ostree/repos.d` has or leads to, and in this order after them. */
export const WELL_KNOWN: readonly string[] = ['.ostree/repo', 'ostree/repo', 'var/lib/flatpak/repo'];

/**
 * Finds repositories on volumes (ostree-repo-finder-mount.c). Those outside of their volume's file system are left out, and those with
 * refs of collections for which no configured remote has keys.
 */
export const mountFinder = (mounts: readonly Pick<Mount, 'path'>[]): Finder => ({
  async find(repo, refs, _options, ctx) {
    const found = new Map<string, FoundRemote>();
    for (const { path } of mounts) {
      const volumes = (await unlessBroken(ctx, async () => scan(path, repo))) ?? [];
      for (const ref of refs) {
        const volume = volumes.find(({ keys }) => keys.has(refKey(ref)));
        const remote = volume && findCollectionRemote(repo, ref.collection);
        if (!volume || !remote) continue;
        const url = `file://${volume.path}`;
        const name = dynamicName(url, `${remote.name}.trustedkeys.gpg`);
        found.set(name, {
          finder: 'OstreeRepoFinderMount',
          priority: PRIORITY,
          name,
          url,
          remote: remote.name,
          dynamic: true,
        });
      }
    }
    return [...found.values()];
  },
});

interface Volume {
  /** The path without symbolic links. */
  readonly path: string;
  readonly keys: ReadonlySet<string>;
}

function scan(root: string, own: Repository): Volume[] {
  const { dev } = statSync(root);
  const ownPath = realpathSync(own.path);
  const links = join(root, '.ostree/repos.d');
  const candidates = [
    ...names(links)
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      .map((name) => join(links, name)),
    ...WELL_KNOWN.map((path) => join(root, path)),
  ];
  return candidates.flatMap((candidate) => {
    try {
      const path = realpathSync(candidate);
      if (path === ownPath || statSync(path).dev !== dev) return [];
      const refs = listCollectionRefs(Repository.open(path), { remotes: false });
      return [{ path, keys: new Set(refs.map(refKey)) }];
    } catch {
      // Nothing, or something that is no repository, or a broken one: there may be others.
      return [];
    }
  });
}

function names(directory: string): string[] {
  try {
    return readdirSync(directory).slice(0, MAX_REPOSITORIES);
  } catch {
    return [];
  }
}

/** The name that libostree makes for such a remote: URL and keyring escaped as in URLs, with underscores in place of percent signs. */
export function dynamicName(url: string, keyring: string): string {
  const escaped = (text: string): string =>
    [...Buffer.from(text)]
      .map((byte) => {
        const char = String.fromCharCode(byte);
        return /[A-Za-z0-9._~-]/.test(char) ? char : `_${byte.toString(16).toUpperCase().padStart(2, '0')}`;
      })
      .join('');
  return `${escaped(url)}_${escaped(keyring)}`;
}
