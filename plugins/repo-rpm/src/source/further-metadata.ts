import type { Context } from '@ostrata/contract';
import type { Repomd } from '../metadata/index.ts';
import { Access } from './access.ts';
import type { RepositoryCache } from './cache.ts';
import type { Definition } from './definition.ts';
import { bring, loadAdvisories, loadChangelogs, loadFileLists, loadGroups, type ServedFile } from './metadata-files.ts';
import type { FurtherMetadata } from './package-table.ts';
import { findFiles, placesOf } from './refresh.ts';
import { asUnavailable } from './unavailable.ts';

/** What a repository has that was left out has: nothing. */
export const NOTHING_FURTHER: FurtherMetadata = {
  groups: () => [],
  fileLists: async () => null,
  changelogs: async () => null,
  advisories: async () => null,
};

/** Metadata that are fetched and read when somebody asks for them; the groups are in the cache already. */
export function furtherMetadata(
  repomd: Repomd,
  comps: ServedFile | undefined,
  definition: Definition,
  cache: RepositoryCache,
  cacheOnly: boolean,
): FurtherMetadata {
  async function fetched<T>(
    name: 'filelists' | 'other' | 'updateinfo',
    load: (file: ServedFile, cache: RepositoryCache, ctx: Context) => Promise<T>,
    ctx: Context,
  ): Promise<T | null> {
    const [file] = findFiles(repomd, name, definition.id);
    if (file === undefined) return null;
    const bases = placesOf(definition, cache.readState());
    try {
      await bring(name, file, bases, new Access(definition), cache, cacheOnly, ctx);
    } catch (error) {
      ctx.signal.throwIfAborted();
      throw asUnavailable(error, definition.id) ?? error;
    }
    return load(file, cache, ctx);
  }
  return {
    groups: () => (comps === undefined ? [] : loadGroups(comps, cache)),
    fileLists: (ctx) => fetched('filelists', loadFileLists, ctx),
    changelogs: (ctx) => fetched('other', loadChangelogs, ctx),
    advisories: (ctx) => fetched('updateinfo', loadAdvisories, ctx),
  };
}
