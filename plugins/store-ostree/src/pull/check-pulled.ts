import type { Context } from '@ostrata/contract';
import type { Checksum } from '../codec/checksum.ts';
import { storeError } from '../errors.ts';
import type { Remote } from '../remote/remotes.ts';
import { readRef } from '../repo/refs.ts';
import type { Repository } from '../repo/repository.ts';
import { resolveRev } from '../repo/revs.ts';
import { verifyBindings, verifyTimestamp } from './check-commit.ts';
import type { OpenedSource } from './opened-source.ts';
import type { PullOptions } from './options.ts';
import { localName } from './ref-name.ts';
import { type SignaturePolicy, verifySignatures } from './signatures.ts';
import type { WalkOptions } from './walk.ts';

/** Holds commits to what the remote and the options of a pull demand. */
export function commitCheck(
  repo: Repository,
  { local }: OpenedSource,
  remote: Remote | undefined,
  policy: SignaturePolicy | undefined,
  options: PullOptions,
  ctx: Context,
): WalkOptions['check'] {
  const collection = local ? local.collection : (remote?.options.get('collection-id') ?? undefined);
  const from = options.timestampCheckFrom === undefined ? undefined : requiredRev(repo, options.timestampCheckFrom);
  return async (id, commit, bytes, detached, ref) => {
    if (policy) await verifySignatures(policy.commits, policy, `Commit ${id}`, bytes, detached, ctx);
    if (!options.disableVerifyBindings) verifyBindings(id, commit, { ref, collection });
    const next = { id, timestamp: commit.timestamp };
    if (options.timestampCheck && ref !== null) {
      const current = readRef(repo, localName(ref, options));
      if (current !== undefined) verifyTimestamp({ id: current, timestamp: repo.readCommit(current).timestamp }, next);
    }
    if (from !== undefined && ref !== null) {
      verifyTimestamp({ id: from, timestamp: repo.readCommit(from).timestamp }, next);
    }
  };
}

function requiredRev(repo: Repository, rev: string): Checksum {
  const commit = resolveRev(repo, rev);
  if (commit !== undefined && repo.find(commit, 'commit') !== undefined) return commit;
  throw storeError('OSTREE_REV_UNKNOWN', `${rev} names no commit of the repository ${repo.path}.`, {
    hint: 'Check the name: it is a ref, a checksum or the beginning of one.',
    data: { rev, repository: repo.path },
  });
}
