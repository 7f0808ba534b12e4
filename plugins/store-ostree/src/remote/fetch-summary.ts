import type { Context } from '@ostrata/contract';
import type { Checksum } from '../codec/checksum.ts';
import { storeError } from '../errors.ts';
import { openSource } from '../pull/open-source.ts';
import type { PullOptions } from '../pull/options.ts';
import { allRefs } from '../pull/resolve-refs.ts';
import { signaturePolicy } from '../pull/signatures.ts';
import type { SignedSummary } from '../pull/source.ts';
import { verifiedSummary } from '../pull/verified-summary.ts';
import type { Repository } from '../repo/repository.ts';
import { WriteSession } from '../store/session.ts';
import { findRemote, remoteUrl } from './remotes.ts';

/** The summary of a remote as it is served. */
export type RemoteSummary = SignedSummary;

/** Fetches the summary of a remote, held to what the remote demands of signatures; null when it has none. */
export async function fetchSummary(
  repo: Repository,
  name: string,
  options: Omit<PullOptions, 'remote'>,
  ctx: Context,
): Promise<RemoteSummary | null> {
  const remote = findRemote(repo, name, options);
  const session = new WriteSession(repo);
  try {
    if (options.url === undefined) remoteUrl(remote);
    const { source } = await openSource(repo, session, remote, options, ctx);
    return await verifiedSummary(source, { ...signaturePolicy(remote, repo.path), ...options.demands }, ctx, options);
  } finally {
    session.close();
  }
}

/** Fetches a commit object, checked against its checksum; null when the remote has it not. */
export async function fetchCommit(
  repo: Repository,
  name: string,
  commit: Checksum,
  options: Omit<PullOptions, 'remote'>,
  ctx: Context,
): Promise<Uint8Array | null> {
  const session = new WriteSession(repo);
  try {
    const { source } = await openSource(repo, session, findRemote(repo, name, options), options, ctx);
    return await source.metadata(commit, 'commit');
  } finally {
    session.close();
  }
}

/** The refs that a remote offers, with `COLLECTION:` before those of other collections. @throws OSTREE_SUMMARY_MISSING */
export async function remoteRefs(
  repo: Repository,
  name: string,
  options: Omit<PullOptions, 'remote'>,
  ctx: Context,
): Promise<ReadonlyMap<string, Checksum>> {
  const signed = await fetchSummary(repo, name, options, ctx);
  if (!signed) {
    throw storeError('OSTREE_SUMMARY_MISSING', 'Remote refs not available; server has no summary file', {
      hint: 'Have a summary made there with `summary -u`.',
      data: { remote: name },
    });
  }
  return new Map(allRefs(signed.summary).map(({ rev, commit }) => [rev, commit]));
}
