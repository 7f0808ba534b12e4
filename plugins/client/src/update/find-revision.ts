import { type Context, isHostError, type ObjectStore, type StoredCommit } from '@ostrata/contract';
import { formatRefspec, type Refspec } from '@ostrata/origin';
import { clientError } from '../errors.ts';
import type { Revision } from './request.ts';

/**
 * Looks for a commit on a branch, from the newest back. Commits that are not here are fetched without their trees. Throws CLIENT_REVISION.
 */
export async function findRevision(
  store: ObjectStore,
  { branch, revision }: { readonly branch: Refspec; readonly revision: Revision },
  cacheOnly: boolean,
  ctx: Context,
): Promise<string> {
  const bring = async (rev: string) => {
    if (branch.remote === null || cacheOnly) return;
    await store.pull(`remote:${branch.remote}`, [rev], ctx, { commitsOnly: true });
  };
  await bring(branch.ref);
  let seen = 0;
  for (let id = await store.resolve(formatRefspec(branch)); id !== null; seen += 1) {
    ctx.signal.throwIfAborted();
    const commit = await read(store, id, bring);
    if (commit === null) break;
    if (isWanted(commit, revision)) return id;
    id = commit.parent;
  }
  const wanted = 'version' in revision ? `version ${revision.version}` : `commit ${revision.checksum}`;
  throw clientError('CLIENT_REVISION', `There is no ${wanted} on the branch ${formatRefspec(branch)}.`, {
    hint: `${seen} commits of it were looked at. A commit of another branch is deployed with --skip-branch-check.`,
    data: { branch: formatRefspec(branch), revision, seen },
  });
}

/** Null where the remote does not have it any more: histories are cut. */
async function read(
  store: ObjectStore,
  id: string,
  bring: (rev: string) => Promise<void>,
): Promise<StoredCommit | null> {
  if ((await store.resolve(id)) === null) {
    try {
      await bring(id);
    } catch (error) {
      if (isHostError(error) && error.code === 'CANCELLED') throw error;
      return null;
    }
    if ((await store.resolve(id)) === null) return null;
  }
  return store.readCommit(id);
}

function isWanted({ id, metadata }: StoredCommit, revision: Revision): boolean {
  return 'version' in revision ? metadata['version']?.value === revision.version : id === revision.checksum;
}
