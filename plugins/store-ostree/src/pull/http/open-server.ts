import { join } from 'node:path';
import type { Context } from '@ostrata/contract';
import type { Remote } from '../../remote/remotes.ts';
import type { Repository } from '../../repo/repository.ts';
import type { WriteSession } from '../../store/session.ts';
import { ContentSink } from '../content-sink.ts';
import type { OpenedSource } from '../opened-source.ts';
import type { PullOptions } from '../options.ts';
import { HttpSource } from './http-source.ts';
import { resolveUrl } from './mirrors.ts';
import { openNetwork } from './open-network.ts';
import { SummaryCache } from './summary-cache.ts';

/** Opens what a server has, at a URL that is not one of this machine, or is one of a file. @throws OSTREE_REMOTE_INVALID */
export async function openServer(
  repo: Repository,
  session: WriteSession,
  remote: Remote | undefined,
  url: string,
  options: PullOptions,
  ctx: Context,
): Promise<OpenedSource> {
  const network = openNetwork(repo, remote, options, ctx);
  const served = await resolveUrl(url, network);
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
  const server = new HttpSource(network, { served, content, repository: repo.path, cache }, session.writer, sink);
  return {
    source: server,
    server,
    local: null,
    transferred: () => ({ bytes: network.bytes, contentWritten: sink.written }),
  };
}

function summaryCache(repo: Repository, remote: Remote | undefined, options: PullOptions): SummaryCache | undefined {
  const { cacheDirectory = join(repo.path, 'tmp', 'cache') } = options;
  if (remote === undefined || cacheDirectory === null) return undefined;
  return new SummaryCache(cacheDirectory, remote.name, options.fsync ?? repo.config.fsync);
}
