import type { Context } from '@ostrata/contract';
import { pull } from '../pull/index.ts';
import type { Repository } from '../repo/repository.ts';
import { placeOptions } from './find-remotes.ts';
import { type FinderResult, refKey, refOrder, type WantedRef } from './found.ts';
import { unlessBroken } from './unless-broken.ts';

export interface PullFoundOptions {
  readonly mirror: boolean;
  readonly fsync?: boolean;
  readonly cacheDirectory?: string;
}

/**
 * Pulls refs from the places that were found, from the next one what fails at one. Commits must have valid OpenPGP signatures, whatever
 * the remotes say. Gives the refs that no place could be pulled from.
 */
export async function pullFound(
  repo: Repository,
  results: readonly FinderResult[],
  options: PullFoundOptions,
  ctx: Context,
): Promise<WantedRef[]> {
  const open = new Map<string, WantedRef>();
  const pulled = new Set<string>();
  for (const result of results) {
    const refs = result.refs.filter((ref) => ref.commit !== null && !pulled.has(refKey(ref)));
    if (refs.length === 0) continue;
    for (const ref of refs) open.set(refKey(ref), ref);
    const done = await unlessBroken(ctx, () =>
      pull(
        repo,
        {
          ...options,
          ...placeOptions(result),
          remote: result.remote,
          revs: refs.map(({ collection, ref, commit }) => `${collection}:${ref}@${commit}`),
          demands: { commits: [['gpg']], summaries: [] },
          untrusted: true,
        },
        ctx,
      ),
    );
    if (done) for (const ref of refs) pulled.add(refKey(ref));
  }
  return refOrder([...open.values()]).filter((ref) => !pulled.has(refKey(ref)));
}
