import { join } from 'node:path';
import type { Context } from '@ostrata/contract';
import { storeError } from '../errors.ts';
import { type Remote, remoteUrl } from '../remote/remotes.ts';
import { Repository } from '../repo/repository.ts';
import type { WriteSession } from '../store/session.ts';
import { ContentSink } from './content-sink.ts';
import { HttpSource } from './http/http-source.ts';
import { resolveUrl } from './http/mirrors.ts';
import { Network } from './http/network.ts';
import { SummaryCache } from './http/summary-cache.ts';
import { LocalSource } from './local-source.ts';
import { localPath } from './location.ts';
import { DEFAULT_RETRIES, type PullOptions } from './options.ts';
import type { PullSource } from './source.ts';

export interface OpenedSource {
  readonly source: PullSource;
  /** What the network transferred so far. */
  transferred(): { readonly bytes: number; readonly contentWritten: number };
}

/** Opens what is to be pulled from. @throws OSTREE_REMOTE_INVALID, OSTREE_REMOTE_UNUSABLE */
export async function openSource(
  repo: Repository,
  session: WriteSession,
  remote: Remote | undefined,
  options: PullOptions,
  ctx: Context,
): Promise<OpenedSource> {
  const url = options.url ?? (remote && remoteUrl(checkUsable(remote)));
  if (url === undefined) {
    throw storeError('OSTREE_PULL_REF', 'Neither a remote nor a URL to pull from was given.', {
      hint: 'Name a remote, or give the URL of a repository.',
    });
  }
  const path = localPath(url);
  if (path !== undefined && !options.requireStaticDeltas) {
    const source = openLocal(repo, session, path, options, ctx);
    return { source, transferred: () => ({ bytes: 0, contentWritten: 0 }) };
  }
  const network = openNetwork(repo, remote, options, ctx);
  const served = await resolveUrl(path === undefined ? url : `file://${path}`, network);
  const contentUrl = options.url === undefined ? remote?.options.get('contenturl') : undefined;
  const content = contentUrl === undefined ? served.urls : (await resolveUrl(contentUrl, network)).urls;
  const sink = new ContentSink(repo, session.writer, {
    from: served.urls[0]!,
    bareUserOnly: options.bareUserOnlyFiles ?? false,
    trusted: Boolean(options.httpTrusted && options.mirror && !options.untrusted && !options.bareUserOnlyFiles),
    staging: session.staging.path,
    workers: ctx.environment.workers,
    signal: ctx.signal,
  });
  const cache = summaryCache(repo, remote, options);
  const source = new HttpSource(network, { served, content, repository: repo.path, cache }, session.writer, sink);
  return { source, transferred: () => ({ bytes: network.bytes, contentWritten: sink.written }) };
}

function summaryCache(repo: Repository, remote: Remote | undefined, options: PullOptions): SummaryCache | undefined {
  const { cacheDirectory = join(repo.path, 'tmp', 'cache') } = options;
  if (remote === undefined || cacheDirectory === null) return undefined;
  return new SummaryCache(cacheDirectory, remote.name, options.fsync ?? repo.config.fsync);
}

/** A repository on this machine as a source, also as a cache. */
export function openLocal(
  repo: Repository,
  session: WriteSession,
  path: string,
  options: PullOptions,
  ctx: Context,
): LocalSource {
  const target = {
    repo,
    writer: session.writer,
    staging: session.staging.path,
    workers: ctx.environment.workers,
    advance: () => ctx.signal.throwIfAborted(),
  };
  return new LocalSource(Repository.open(path), target, {
    untrusted: options.untrusted ?? false,
    bareUserOnly: options.bareUserOnlyFiles ?? false,
  });
}

export function openNetwork(repo: Repository, remote: Remote | undefined, options: PullOptions, ctx: Context): Network {
  const { headers, appendUserAgent, networkRetries, lowSpeedSeconds } = options;
  return new Network(
    remote,
    {
      retries: networkRetries ?? DEFAULT_RETRIES,
      repository: repo.path,
      ...(lowSpeedSeconds === undefined ? {} : { lowSpeedSeconds }),
      ...(headers === undefined ? {} : { headers }),
      ...(appendUserAgent === undefined ? {} : { appendUserAgent }),
    },
    ctx,
  );
}

export function checkUsable(remote: Remote): Remote {
  const unusable = (problem: string, hint: string) =>
    storeError('OSTREE_REMOTE_UNUSABLE', problem, { hint, data: { remote: remote.name } });
  const state = remote.options.get('unconfigured-state');
  if (state !== undefined) {
    throw unusable(
      `remote unconfigured-state: ${state}`,
      'Configure the remote as its message says, then remove that option.',
    );
  }
  const backend = remote.options.get('custom-backend');
  if (backend === undefined) return remote;
  throw unusable(
    `Cannot fetch from here: remote '${remote.name}' uses custom backend '${backend}'.`,
    'Use the program that the remote belongs to.',
  );
}
