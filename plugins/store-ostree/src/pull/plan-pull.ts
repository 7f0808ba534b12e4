import type { Context } from '@ostrata/contract';
import { storeError } from '../errors.ts';
import { type Remote, remoteList } from '../remote/remotes.ts';
import type { Summary } from '../summary/codec.ts';
import type { OpenedSource } from './opened-source.ts';
import type { PullOptions } from './options.ts';
import { type RemoteState, remoteState } from './remote-state.ts';
import { allRefs, resolveRevs, type WantedCommit } from './resolve-refs.ts';
import type { SignaturePolicy } from './signatures.ts';
import type { SignedSummary } from './source.ts';
import { verifiedSummary } from './verified-summary.ts';

/** What a pull brings. */
export interface PullPlan extends RemoteState {
  readonly summary: Summary | null;
  readonly commits: readonly WantedCommit[];
  /** The summary of what is mirrored as a whole. */
  readonly copySummary: SignedSummary | null;
}

/** What is to be pulled: from the summary, where there is one, held to the remote's demands. */
export async function planPull(
  { source, server }: OpenedSource,
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
  const state = server ? await remoteState(server, summary) : { tombstones: false };
  if (!all) return { ...state, summary, commits: await resolveRevs(source, revs, summary), copySummary: null };
  if (signed) return { ...state, summary, commits: allRefs(signed.summary), copySummary: signed };
  throw storeError(
    'OSTREE_SUMMARY_MISSING',
    'Fetching all refs was requested in mirror mode, but remote repository does not have a summary.',
    { hint: 'Name the refs, or have a summary made there with `summary -u`.', data: { from: source.name } },
  );
}
