import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ObjectStore, ObjectStores } from '@ostrata/contract';
import { storeError } from '../errors.ts';
import { modeNames, parseMode } from '../repo/config.ts';
import { initRepository } from '../repo/init.ts';
import type { RepoMode } from '../repo/object-path.ts';
import { Repository } from '../repo/repository.ts';
import { OstreeStore, type StoreOptions } from './ostree-store.ts';

export interface StoresOptions extends StoreOptions {
  /** Mode of new repositories where none is asked for. */
  readonly defaultMode: RepoMode;
}

/** Opens and makes OSTree repositories. */
export function ostreeStores(options: StoresOptions): ObjectStores {
  const open = async (location: string): Promise<ObjectStore> => new OstreeStore(Repository.open(location), options);
  return {
    open,
    exists: async (location) => existsSync(join(location, 'config')),
    async ensure(location, mode) {
      const wanted = mode === undefined ? options.defaultMode : parseMode(mode);
      if (!wanted) {
        throw storeError('OSTREE_REPO_MODE', `${JSON.stringify(mode)} is not a mode of a repository.`, {
          hint: `Known modes are ${modeNames().join(', ')}.`,
          data: { mode: mode ?? null },
        });
      }
      try {
        return await open(location);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'OSTREE_REPO_MISSING')) throw error;
      }
      return new OstreeStore(initRepository(resolve(location), wanted), options);
    },
  };
}
