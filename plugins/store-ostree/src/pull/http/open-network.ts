import type { Context } from '@ostrata/contract';
import type { Remote } from '../../remote/remotes.ts';
import type { Repository } from '../../repo/repository.ts';
import { DEFAULT_RETRIES, type PullOptions } from '../options.ts';
import { Network } from './network.ts';

/** The files of a server as the options of a remote and of a pull say. */
export function openNetwork(repo: Repository, remote: Remote | undefined, options: PullOptions, ctx: Context): Network {
  const { headers, appendUserAgent, networkRetries, lowSpeed } = options;
  return new Network(
    remote,
    {
      retries: networkRetries ?? DEFAULT_RETRIES,
      repository: repo.path,
      ...(lowSpeed === undefined ? {} : { lowSpeed }),
      ...(headers === undefined ? {} : { headers }),
      ...(appendUserAgent === undefined ? {} : { appendUserAgent }),
    },
    ctx,
  );
}
