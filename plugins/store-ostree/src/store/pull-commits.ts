import type { Context } from '@ostrata/contract';
import { storeError } from '../errors.ts';
import { pullLocal } from '../pull/local.ts';
import { listRefs, writeRef } from '../repo/refs.ts';
import type { Repository } from '../repo/repository.ts';
import { resolveRev } from '../repo/revs.ts';
import type { WriteSession } from './session.ts';

/** Copies commits of another repository on this machine, and sets the refs by which they were asked for. */
export async function pullCommits(
  repo: Repository,
  session: WriteSession,
  source: Repository,
  revs: readonly string[],
  ctx: Context,
): Promise<ReadonlyMap<string, string>> {
  const commits = new Map(revs.map((rev) => [rev, requiredCommit(source, rev)]));
  const { writer, staging } = session;
  const task = ctx.progress.task(`Pulling from ${source.path}`, { unit: 'items' });
  const advance = (done: number, total: number) => {
    ctx.signal.throwIfAborted();
    task.setTotal(total);
    task.advance(done);
  };
  const target = { repo, writer, staging: staging.path, workers: ctx.environment.workers, advance };
  try {
    for (const commit of new Set(commits.values())) await pullLocal(source, target, commit);
    session.flush();
    const refs = listRefs(source);
    for (const [rev, commit] of commits) if (refs.has(rev)) writeRef(repo, rev, commit);
    task.end('done');
    return commits;
  } catch (error) {
    task.end('failed');
    throw error;
  }
}

function requiredCommit(source: Repository, rev: string): string {
  const commit = resolveRev(source, rev);
  if (commit !== undefined && source.find(commit, 'commit') !== undefined) return commit;
  throw storeError('OSTREE_REV_UNKNOWN', `${rev} names no commit of the repository ${source.path}.`, {
    hint: 'Check the name: it is a ref, a checksum or the beginning of one.',
    data: { rev, repository: source.path },
  });
}
