import type { Context } from '@ostrata/contract';
import { storeError } from '../errors.ts';
import { type Remote, remoteUrl } from '../remote/remotes.ts';
import { Repository } from '../repo/repository.ts';
import type { WriteSession } from '../store/session.ts';
import { LocalSource } from './local-source.ts';
import { localPath } from './location.ts';
import type { OpenedSource } from './opened-source.ts';
import type { PullOptions } from './options.ts';

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
    const local = openLocal(repo, session, path, options, ctx);
    return { source: local, server: null, local, transferred: () => ({ bytes: 0, contentWritten: 0 }) };
  }
  // Not loaded for repositories of this machine, which scripts copy by thousands.
  const { openServer } = await import('./http/open-server.ts');
  return openServer(repo, session, remote, path === undefined ? url : `file://${path}`, options, ctx);
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
