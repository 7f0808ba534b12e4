import type { Json, Snapshot } from '@ostrata/contract';
import { sourceError } from './errors.ts';

/** Key of this plugin's part of a snapshot's extras. */
const PLUGIN = 'repo-rpm';

/** What a snapshot says of its place in the cache. */
export interface Handle {
  /** Directory below `rpmmd/`. */
  readonly cache: string;
  /** Nothing was fetched, and nothing shall be. */
  readonly cacheOnly: boolean;
  /** The repository was not to be had and may be left out: it has no packages. */
  readonly skipped: boolean;
}

export function writeHandle({ cache, cacheOnly, skipped }: Handle): { readonly [plugin: string]: Json } {
  return { [PLUGIN]: { cache, cacheOnly, skipped } };
}

/** @throws HostError SOURCE_CACHE for a snapshot of something else */
export function readHandle({ source, extras }: Snapshot): Handle {
  const handle = extras[PLUGIN] as Partial<Handle> | undefined;
  if (typeof handle?.cache === 'string' && /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(handle.cache)) {
    return { cache: handle.cache, cacheOnly: handle.cacheOnly === true, skipped: handle.skipped === true };
  }
  throw sourceError('SOURCE_CACHE', `The snapshot of ${source.id} does not say where its metadata are.`, {
    hint: 'Make the Plan again.',
    data: { id: source.id },
  });
}
