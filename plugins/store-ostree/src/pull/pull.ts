import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '@ostrata/contract';
import type { Checksum } from '../codec/checksum.ts';
import { storeError } from '../errors.ts';
import { isPartial } from '../fsck/check.ts';
import { findRemote, listRemotes, type Remote, remoteList } from '../remote/remotes.ts';
import { ownCollection, writeMirrorRef } from '../repo/collections.ts';
import { readRef, writeRef } from '../repo/refs.ts';
import { replaceFile } from '../repo/replace-file.ts';
import type { Repository } from '../repo/repository.ts';
import { resolveRev } from '../repo/revs.ts';
import { WriteSession } from '../store/session.ts';
import type { Summary } from '../summary/codec.ts';
import { autoUpdateSummary } from '../summary/write.ts';
import { verifyBindings, verifyTimestamp } from './check-commit.ts';
import { type DeltaCheck, DeltaPuller } from './deltas.ts';
import { HttpSource } from './http/http-source.ts';
import { LocalSource } from './local-source.ts';
import { openLocal, openSource } from './open-source.ts';
import { DEFAULT_REQUESTS, type PullOptions, type PullResult } from './options.ts';
import { type RemoteState, remoteState } from './remote-state.ts';
import { allRefs, resolveRevs, type WantedCommit } from './resolve-refs.ts';
import { type SignaturePolicy, signaturePolicy, verifySignatures } from './signatures.ts';
import type { PullSource, SignedSummary } from './source.ts';
import { normalSubpath } from './subpath.ts';
import { verifiedSummary } from './verified-summary.ts';
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
  try {
    const policy =
      remote && !options.disableSignatures ? { ...signaturePolicy(remote, repo.path), ...options.demands } : undefined;
    const plan = await planPull(source, remote, policy, options, ctx);
    const asking = opened.transferred().bytes;
    const deltas = deltaPuller(repo, session, source, plan, options, deltaCheck(repo, remote, ctx));
    if (options.dryRun) return await dryRun(repo, plan, deltas, began);
    const walk = new Walk(repo, session.writer, source, {
      depth: options.depth ?? 0,
      subpaths: (options.subpaths ?? []).map(normalSubpath),
      commitsOnly: options.commitMetadataOnly ?? false,
      maxRequests: options.maxRequests || DEFAULT_REQUESTS,
      tombstones: plan.tombstones,
      caches,
      check: commitCheck(repo, source, remote, policy, options, ctx),
      shortcut: async (id, ref) => {
        const current = ref === null ? undefined : readRef(repo, localName(ref, options));
        return (await deltas?.shortcut(id, current)) ?? null;
      },
      advance: (done, total) => {
        ctx.signal.throwIfAborted();
        task.setTotal(total);
        task.advance(done);
      },
    });
    for (const { commit, ref } of plan.commits) walk.commit(commit, ref?.ref ?? null);
    await walk.run();
    session.flush();
    walk.complete();
    setRefs(repo, plan.commits, options, ctx);
    if (plan.copySummary) copySummary(repo, plan.copySummary);
    task.end('done');
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
    task.end('failed');
    throw error;
  } finally {
    await source.close();
  }
}

/** Static deltas bring nothing to an archive, which wants the objects as they are, nor when only a part of a tree is wanted. */
function deltaPuller(
  repo: Repository,
  session: WriteSession,
  source: PullSource,
  plan: PullPlan,
  options: PullOptions,
  check: DeltaCheck,
): DeltaPuller | undefined {
  const required = options.requireStaticDeltas ?? false;
  if (required && repo.mode === 'archive') {
    throw storeError('OSTREE_PULL_DELTA', "Can't use static deltas in an archive repo.", {
      hint: 'Pull without requiring static deltas.',
      data: { repository: repo.path },
    });
  }
  const useless = repo.mode === 'archive' || options.commitMetadataOnly || (options.subpaths ?? []).length > 0;
  if (!(source instanceof HttpSource) || useless || (options.disableStaticDeltas && !required)) return undefined;
  return new DeltaPuller(repo, session.writer, source, { summary: plan.summary, required, check });
}

/** Holds a static delta to the keys of its remote, by any mechanism. Without a remote nobody is trusted. */
const deltaCheck =
  (repo: Repository, remote: Remote | undefined, ctx: Context): DeltaCheck =>
  async (name, { bytes, signatures }) => {
    if (!remote) throw storeError('OSTREE_PULL_SIGNATURE', `${name} is pulled from no remote whose keys are known.`);
    await verifySignatures([null], { remote, repository: repo.path }, name, bytes, signatures, ctx);
  };

const NO_DELTAS = { parts: 0, fetchedParts: 0, size: 0, fetchedSize: 0, uncompressedSize: 0 };
const NO_OBJECTS = { metadataFetched: 0, contentFetched: 0, metadataImported: 0, contentImported: 0 };

/** Counts what deltas would bring; nothing is written. */
async function dryRun(
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

/** The remote that is pulled from. With a URL of its own a pull may name a remote that is not configured: it only names the refs. */
function namedRemote(repo: Repository, options: PullOptions): Remote | undefined {
  const { remote: name, url } = options;
  if (name === undefined) return undefined;
  if (url !== undefined && !listRemotes(repo, options).some((remote) => remote.name === name)) return undefined;
  return findRemote(repo, name, options);
}

interface PullPlan extends RemoteState {
  readonly summary: Summary | null;
  readonly commits: readonly WantedCommit[];
  /** The summary of what is mirrored as a whole. */
  readonly copySummary: SignedSummary | null;
}

/** What is to be pulled: from the summary, where there is one, held to the remote's demands. */
async function planPull(
  source: PullSource,
  remote: Remote | undefined,
  policy: SignaturePolicy | undefined,
  options: PullOptions,
  ctx: Context,
): Promise<PullPlan> {
  const given = options.revs ?? [];
  const branches = remote ? remoteList(remote, 'branches') : [];
  const all = given.length === 0 && branches.length === 0 && Boolean(options.mirror);
  const revs = given.length > 0 ? given : branches;
  if (!all && revs.length === 0) {
    throw storeError('OSTREE_PULL_REF', `No configured branches for remote ${remote?.name ?? source.name}.`, {
      hint: 'Name the refs that are to be pulled, or pull all of them as a mirror.',
      data: { remote: remote?.name ?? null },
    });
  }
  const needed = all || revs.some((rev) => !/[0-9a-f]{64}$/.test(rev)) || (policy?.summaries.length ?? 0) > 0;
  // A repository on this machine tells its refs itself, unless the summary is to be trusted and not the refs.
  const asked = needed && (!source.local || all || (policy?.summaries.length ?? 0) > 0);
  const signed = asked ? await verifiedSummary(source, policy, ctx, options) : null;
  const summary = signed?.summary ?? null;
  const state = source instanceof HttpSource ? await remoteState(source, summary) : { tombstones: false };
  if (!all) return { ...state, summary, commits: await resolveRevs(source, revs, summary), copySummary: null };
  if (signed) return { ...state, summary, commits: allRefs(signed.summary), copySummary: signed };
  throw storeError(
    'OSTREE_SUMMARY_MISSING',
    'Fetching all refs was requested in mirror mode, but remote repository does not have a summary.',
    { hint: 'Name the refs, or have a summary made there with `summary -u`.', data: { from: source.name } },
  );
}

function commitCheck(
  repo: Repository,
  source: PullSource,
  remote: Remote | undefined,
  policy: SignaturePolicy | undefined,
  options: PullOptions,
  ctx: Context,
) {
  const collection =
    source instanceof LocalSource ? source.collection : (remote?.options.get('collection-id') ?? undefined);
  const from = options.timestampCheckFrom === undefined ? undefined : requiredRev(repo, options.timestampCheckFrom);
  return async (...[id, commit, bytes, detached, ref]: Parameters<ConstructorParameters<typeof Walk>[3]['check']>) => {
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

const localName = (ref: string, { remote, mirror }: PullOptions): string =>
  remote === undefined || mirror ? ref : `${remote}:${ref}`;

function requiredRev(repo: Repository, rev: string): Checksum {
  const commit = resolveRev(repo, rev);
  if (commit !== undefined && repo.find(commit, 'commit') !== undefined) return commit;
  throw storeError('OSTREE_REV_UNKNOWN', `${rev} names no commit of the repository ${repo.path}.`, {
    hint: 'Check the name: it is a ref, a checksum or the beginning of one.',
    data: { rev, repository: repo.path },
  });
}

function setRefs(repo: Repository, commits: readonly WantedCommit[], options: PullOptions, ctx: Context): void {
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
  if (changed) autoUpdateSummary(repo, { now: ctx.now() });
}

function copySummary(repo: Repository, { bytes, signature }: SignedSummary): void {
  const { fsync } = repo.config;
  const path = join(repo.path, 'summary');
  replaceFile(path, bytes, { fsync });
  if (signature) replaceFile(`${path}.sig`, signature.bytes, { fsync });
  else rmSync(`${path}.sig`, { force: true });
}
