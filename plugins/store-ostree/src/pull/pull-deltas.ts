import type { Context } from '@ostrata/contract';
import { storeError } from '../errors.ts';
import { isPartial } from '../fsck/check.ts';
import type { Remote } from '../remote/remotes.ts';
import type { Repository } from '../repo/repository.ts';
import type { WriteSession } from '../store/session.ts';
import type { DeltaCheck, DeltaPuller } from './deltas.ts';
import type { OpenedSource } from './opened-source.ts';
import type { PullOptions, PullResult } from './options.ts';
import type { PullPlan } from './plan-pull.ts';
import { verifySignatures } from './signatures.ts';

/** What a pull is done with. */
export interface PullParts {
  readonly repo: Repository;
  readonly session: WriteSession;
  readonly remote: Remote | undefined;
  readonly options: PullOptions;
  readonly ctx: Context;
}

/** Static deltas bring nothing to an archive, which wants the objects as they are, nor when only a part of a tree is wanted. */
export async function deltaPuller(
  { repo, session, remote, options, ctx }: PullParts,
  { server }: OpenedSource,
  plan: PullPlan,
): Promise<DeltaPuller | undefined> {
  const required = options.requireStaticDeltas ?? false;
  if (required && repo.mode === 'archive') {
    throw storeError('OSTREE_PULL_DELTA', "Can't use static deltas in an archive repo.", {
      hint: 'Pull without requiring static deltas.',
      data: { repository: repo.path },
    });
  }
  const useless = repo.mode === 'archive' || options.commitMetadataOnly || (options.subpaths ?? []).length > 0;
  if (!server || useless || (options.disableStaticDeltas && !required)) return undefined;
  const check = deltaCheck(repo, remote, ctx);
  const { DeltaPuller } = await import('./deltas.ts');
  return new DeltaPuller(repo, session.writer, server, { summary: plan.summary, required, check });
}

/** Holds a static delta to the keys of its remote, by any mechanism. Without a remote nobody is trusted. */
const deltaCheck =
  (repo: Repository, remote: Remote | undefined, ctx: Context): DeltaCheck =>
  async (name, { bytes, signatures }) => {
    if (!remote) throw storeError('OSTREE_PULL_SIGNATURE', `${name} is pulled from no remote whose keys are known.`);
    await verifySignatures([null], { remote, repository: repo.path }, name, bytes, signatures, ctx);
  };

export const NO_DELTAS = { parts: 0, fetchedParts: 0, size: 0, fetchedSize: 0, uncompressedSize: 0 };
const NO_OBJECTS = { metadataFetched: 0, contentFetched: 0, metadataImported: 0, contentImported: 0 };

/** Counts what deltas would bring; nothing is written. */
export async function dryRun(
  repo: Repository,
  plan: PullPlan,
  deltas: DeltaPuller | undefined,
  began: number,
): Promise<PullResult> {
  for (const { commit } of plan.commits) {
    if (repo.find(commit, 'commit') !== undefined && !isPartial(repo, commit)) continue;
    const delta = await deltas?.find(commit, undefined);
    if (delta) deltas!.count(delta);
  }
  return {
    commits: new Map(plan.commits.map(({ rev, commit }) => [rev, commit])),
    local: false,
    statistics: {
      ...NO_OBJECTS,
      deltaParts: 0,
      deltas: deltas?.statistics ?? NO_DELTAS,
      bytesTransferred: 0,
      contentBytesWritten: 0,
      seconds: (performance.now() - began) / 1000,
    },
  };
}
