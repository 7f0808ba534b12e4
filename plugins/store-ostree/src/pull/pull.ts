import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '@ostrata/contract';
import { findRemote, listRemotes, type Remote } from '../remote/remotes.ts';
import { ownCollection, writeMirrorRef } from '../repo/collections.ts';
import { readRef, writeRef } from '../repo/refs.ts';
import { replaceFile } from '../repo/replace-file.ts';
import type { Repository } from '../repo/repository.ts';
import { WriteSession } from '../store/session.ts';
import { wantsSummaryUpdates } from '../summary/auto-update.ts';
import { commitCheck } from './check-pulled.ts';
import { openLocal, openSource } from './open-source.ts';
import { DEFAULT_REQUESTS, type PullOptions, type PullResult } from './options.ts';
import { planPull } from './plan-pull.ts';
import { PullProgress } from './progress.ts';
import { deltaPuller, dryRun, NO_DELTAS } from './pull-deltas.ts';
import { localName } from './ref-name.ts';
import type { WantedCommit } from './resolve-refs.ts';
import { signaturePolicy } from './signatures.ts';
import type { SignedSummary } from './source.ts';
import { normalSubpath } from './subpath.ts';
import { Walk } from './walk.ts';

/**
 * Pulls commits with all that they need, only what is missing, and sets refs at the end. What was brought before a failure stays, so that
 * the next pull goes on from there; commits that lack something are marked (`state/COMMIT.commitpartial`).
 * @throws OSTREE_REMOTE_*, OSTREE_PULL_*, OSTREE_SUMMARY_*, and errors of transports and verifiers
 */
export async function pull(repo: Repository, options: PullOptions, ctx: Context): Promise<PullResult> {
  const session = new WriteSession(repo);
  try {
    return await pullInto(repo, session, options, ctx);
  } finally {
    session.close();
  }
}

/** As `pull`, with a session that is open already. */
export async function pullInto(
  repo: Repository,
  session: WriteSession,
  options: PullOptions,
  ctx: Context,
): Promise<PullResult> {
  const began = performance.now();
  ctx.signal.throwIfAborted();
  const remote = namedRemote(repo, options);
  const opened = await openSource(repo, session, remote, options, ctx);
  const { source } = opened;
  const caches = (options.localCaches ?? []).map((path) => openLocal(repo, session, path, options, ctx));
  const task = ctx.progress.task(`Pulling from ${source.name}`, { unit: 'items' });
  const progress = new PullProgress(task, options, () => opened.transferred().bytes);
  try {
    const policy =
      remote && !options.disableSignatures ? { ...signaturePolicy(remote, repo.path), ...options.demands } : undefined;
    const plan = await planPull(opened, remote, policy, options, ctx);
    const asking = opened.transferred().bytes;
    const deltas = await deltaPuller({ repo, session, remote, options, ctx }, opened, plan);
    if (options.dryRun) return await dryRun(repo, plan, deltas, began);
    const walk = new Walk(repo, session.writer, source, {
      depth: options.depth ?? 0,
      subpaths: (options.subpaths ?? []).map(normalSubpath),
      commitsOnly: options.commitMetadataOnly ?? false,
      maxRequests: options.maxRequests || DEFAULT_REQUESTS,
      tombstones: plan.tombstones,
      caches,
      check: commitCheck(repo, opened, remote, policy, options, ctx),
      shortcut: async (id, ref) => {
        const current = ref === null ? undefined : readRef(repo, localName(ref, options));
        return (await deltas?.shortcut(id, current)) ?? null;
      },
      advance: (done, total) => {
        ctx.signal.throwIfAborted();
        progress.advance(done, total);
      },
    });
    for (const { commit, ref } of plan.commits) walk.commit(commit, ref?.ref ?? null);
    await walk.run();
    session.flush();
    walk.complete();
    if (setRefs(repo, plan.commits, options) && wantsSummaryUpdates(repo)) {
      const { updateSummary } = await import('../summary/write.ts');
      updateSummary(repo, { now: ctx.now() });
    }
    if (plan.copySummary) copySummary(repo, plan.copySummary);
    progress.end('done');
    const { bytes, contentWritten } = opened.transferred();
    return {
      commits: new Map(plan.commits.map(({ rev, commit }) => [rev, commit])),
      local: source.local,
      statistics: {
        ...walk.counts,
        deltaParts: deltas?.statistics.fetchedParts ?? 0,
        deltas: deltas?.statistics ?? NO_DELTAS,
        // As libostree counts: without what told which commits there are.
        bytesTransferred: bytes - asking,
        contentBytesWritten: contentWritten,
        seconds: (performance.now() - began) / 1000,
      },
    };
  } catch (error) {
    progress.end('failed');
    throw error;
  } finally {
    await source.close();
  }
}

/** The remote that is pulled from. With a URL of its own a pull may name a remote that is not configured: it only names the refs. */
function namedRemote(repo: Repository, options: PullOptions): Remote | undefined {
  const { remote: name, url } = options;
  if (name === undefined) return undefined;
  if (url !== undefined && !listRemotes(repo, options).some((remote) => remote.name === name)) return undefined;
  return findRemote(repo, name, options);
}

/** Whether a ref has become another one. */
function setRefs(repo: Repository, commits: readonly WantedCommit[], options: PullOptions): boolean {
  const own = ownCollection(repo);
  let changed = false;
  for (const { ref, commit } of commits) {
    if (ref === null) continue;
    if (options.mirror && ref.collection !== null && ref.collection !== own) {
      writeMirrorRef(repo, ref.collection, ref.ref, commit);
      changed = true;
      continue;
    }
    const name = localName(ref.ref, options);
    if (readRef(repo, name) === commit) continue;
    writeRef(repo, name, commit);
    changed = true;
  }
  return changed;
}

function copySummary(repo: Repository, { bytes, signature }: SignedSummary): void {
  const { fsync } = repo.config;
  const path = join(repo.path, 'summary');
  replaceFile(path, bytes, { fsync });
  if (signature) replaceFile(`${path}.sig`, signature.bytes, { fsync });
  else rmSync(`${path}.sig`, { force: true });
}
