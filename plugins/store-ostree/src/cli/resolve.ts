import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Checksum, isChecksum } from '../codec/checksum.ts';
import { parseRefSpec, readRef } from '../repo/refs.ts';
import type { Repository } from '../repo/repository.ts';
import { resolveRev } from '../repo/revs.ts';
import { VerbError } from './error.ts';

/** The commit a revision names, as the `ostree` command finds it: also a ref of any remote without the remote's name. */
export function tryResolve(repo: Repository, rev: string): Checksum | undefined {
  if (rev.endsWith('^') && !isChecksum(rev)) {
    const child = tryResolve(repo, rev.slice(0, -1));
    if (child === undefined) return undefined;
    const { parent } = repo.readCommit(child);
    if (parent === undefined) throw new VerbError(`Commit ${child} has no parent`);
    return parent;
  }
  if (rev !== '' && !parseRefSpec(rev)) throw new VerbError(`Invalid refspec ${rev}`);
  const found = resolveRev(repo, rev);
  if (found !== undefined || rev.includes(':')) return found;
  const remotes = join(repo.path, 'refs', 'remotes');
  for (const remote of existsSync(remotes) ? readdirSync(remotes) : []) {
    const commit = parseRefSpec(`${remote}:${rev}`) && readRef(repo, `${remote}:${rev}`);
    if (commit !== undefined) return commit;
  }
  return undefined;
}

/** Like `tryResolve`; a revision that names nothing is an error. */
export function resolve(repo: Repository, rev: string): Checksum {
  const commit = tryResolve(repo, rev);
  if (commit === undefined) throw new VerbError(`Refspec '${rev}' not found`);
  return commit;
}
