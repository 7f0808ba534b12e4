import type { Json } from '@ostrata/contract';
import { treefileError } from '../errors.ts';

/** What a command puts into `request.extras.treefile`. */
export interface TreefileOptions {
  /** The treefile. */
  readonly path: string;
  /** Lockfiles, JSON or YAML; later ones win. */
  readonly lockfiles: readonly string[];
  /** Nothing outside of the lockfiles may be installed. */
  readonly lockfileStrict: boolean;
  /** Metadata to put on the commit; they win over the treefile's. */
  readonly addMetadata: { readonly [key: string]: Json };
  /** Version to count on from, instead of the parent's. */
  readonly previousVersion: string | null;
  /** Where the packages that were chosen are written as a lockfile. */
  readonly writeLockfileTo: string | null;
  /** Only the flattened treefile is wanted: fields of later versions are no error. */
  readonly printOnly: boolean;
  /** Make a commit that no ref names. */
  readonly noRef: boolean;
}

/** Reads {@link TreefileOptions} from the extras of a request. */
export function readOptions(value: Json): TreefileOptions {
  const given = (value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {}) as {
    readonly [key: string]: Json | undefined;
  };
  const wrong = (key: string, expected: string) =>
    treefileError('TREEFILE_OPTIONS', `request.extras.treefile.${key} must be ${expected}.`, { data: { key } });
  const text = (key: string): string | null => {
    const item = given[key] ?? null;
    if (item !== null && typeof item !== 'string') throw wrong(key, 'a string');
    return item;
  };
  const flag = (key: string): boolean => {
    const item = given[key] ?? false;
    if (typeof item !== 'boolean') throw wrong(key, 'a boolean');
    return item;
  };
  const path = text('path');
  if (path === null || path === '') throw wrong('path', 'the path of a treefile');
  const lockfiles = given['lockfiles'] ?? [];
  if (!Array.isArray(lockfiles) || lockfiles.some((file) => typeof file !== 'string')) {
    throw wrong('lockfiles', 'a list of paths');
  }
  const metadata = given['addMetadata'] ?? {};
  if (metadata === null || typeof metadata !== 'object' || Array.isArray(metadata)) throw wrong('addMetadata', 'a map');
  return {
    path,
    lockfiles: lockfiles as string[],
    lockfileStrict: flag('lockfileStrict'),
    addMetadata: metadata as { readonly [key: string]: Json },
    previousVersion: text('previousVersion'),
    writeLockfileTo: text('writeLockfileTo'),
    printOnly: flag('printOnly'),
    noRef: flag('noRef'),
  };
}
