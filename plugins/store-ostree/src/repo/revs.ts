import { join } from 'node:path';
import { type Checksum, isChecksum } from '../codec/checksum.ts';
import { storeError } from '../errors.ts';
import { readNames } from './directory.ts';
import { parseObjectPath } from './object-path.ts';
import { parseRefSpec, readRef } from './refs.ts';
import type { Repository } from './repository.ts';

/**
 * The commit that a revision names: a ref (also `REMOTE:REF`), a checksum, the beginning of one that is unique, or either followed
 * by `^` for its parent. Undefined when it names nothing; the commit itself need not be there. `pending` are refs that are about to
 * be set.
 */
export function resolveRev(
  repo: Repository,
  rev: string,
  pending: ReadonlyMap<string, Checksum> = new Map(),
): Checksum | undefined {
  if (isChecksum(rev)) return rev;
  if (rev.endsWith('^')) {
    const child = resolveRev(repo, rev.slice(0, -1), pending);
    if (child === undefined || repo.find(child, 'commit') === undefined) return undefined;
    return repo.readCommit(child).parent;
  }
  if (parseRefSpec(rev)) {
    const commit = pending.get(rev) ?? readRef(repo, rev) ?? readRemoteRef(repo, rev);
    if (commit !== undefined) return commit;
  }
  return resolvePrefix(repo, rev);
}

/** As libostree does, `NAME/REF` stands for the ref `NAME:REF` of a remote when there is no such local ref. */
function readRemoteRef(repo: Repository, rev: string): Checksum | undefined {
  const slash = rev.indexOf('/');
  return slash > 0 && !rev.includes(':') ? readRef(repo, `${rev.slice(0, slash)}:${rev.slice(slash + 1)}`) : undefined;
}

function resolvePrefix(repo: Repository, prefix: string): Checksum | undefined {
  if (!/^[0-9a-f]{1,64}$/.test(prefix)) return undefined;
  const found = [...listCommits(repo, prefix)];
  if (found.length <= 1) return found[0];
  throw storeError('OSTREE_REV_AMBIGUOUS', `${prefix} is the beginning of ${found.length} commits.`, {
    hint: 'Give more of the checksum.',
    data: { rev: prefix, commits: found.slice(0, 20) },
  });
}

/** The commit objects whose checksums begin with a prefix, those of parents as well. */
export function listCommits(repo: Repository, prefix = ''): Set<Checksum> {
  const commits = repo.parent ? listCommits(repo.parent, prefix) : new Set<Checksum>();
  for (const root of repo.places) {
    for (const directory of readNames(root)) {
      if (directory.length !== 2 || !(directory.startsWith(prefix) || prefix.startsWith(directory))) continue;
      for (const name of readNames(join(root, directory))) {
        const object = parseObjectPath(directory, name);
        if (object?.type === 'commit' && object.id.startsWith(prefix)) commits.add(object.id);
      }
    }
  }
  return commits;
}
