import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { storeError } from '../errors.ts';
import { diffEtc, type EtcDiff, isEqualPath } from './etc-diff.ts';
import type { EtcSides } from './etc-merge.ts';

/** What is done where a file of /etc was changed by hand and the new image has another default for it. */
export type EtcStrategy = 'keep-mine' | 'take-theirs' | 'fail';

export type EtcChange = 'modified' | 'removed' | 'added';

/** A path of /etc that was changed by hand and whose default changed, to something else. */
export interface EtcConflict {
  /** Relative to /etc. */
  readonly path: string;
  readonly here: EtcChange;
  readonly default: EtcChange;
  /** Whether it stands for all that is below it: the new default is no directory there, or the old one was taken out by hand. */
  readonly isWhole: boolean;
}

/** Looks at what was changed by hand only: `next` is the new default, before anything was brought there. */
export function findConflicts({ original, modified, next }: EtcSides, diff: EtcDiff): EtcConflict[] {
  const conflicts: EtcConflict[] = [];
  for (const here of ['modified', 'removed', 'added'] as const) {
    for (const path of diff[here]) {
      const change = changeOf(join(original, path), join(next, path), here === 'removed');
      if (change === null || isEqualPath(join(modified, path), join(next, path))) continue;
      // That both have a directory is no conflict: what is in it is looked at by itself.
      if (isDirectory(join(modified, path)) && isDirectory(join(next, path)) && !isDirectory(join(original, path)))
        continue;
      conflicts.push({ path, here, default: change, isWhole: here === 'removed' || !isDirectory(join(next, path)) });
    }
  }
  return conflicts.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** What is left of the changes made by hand when new defaults go before them. */
export function withoutConflicts(diff: EtcDiff, conflicts: readonly EtcConflict[]): EtcDiff {
  const taken = new Set(conflicts.map(({ path }) => path));
  const whole = new Set(conflicts.filter(({ isWhole }) => isWhole).map(({ path }) => path));
  const isBelow = (path: string): boolean => {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      if (whole.has(path.slice(0, end))) return true;
    }
    return false;
  };
  const filter = (paths: readonly string[]) => paths.filter((path) => !taken.has(path) && !isBelow(path));
  return { modified: filter(diff.modified), removed: filter(diff.removed), added: filter(diff.added) };
}

/** How many are named in a message; the data of an error has them all. */
const NAMED = 5;

export function namePaths(conflicts: readonly EtcConflict[]): string {
  const named = conflicts.slice(0, NAMED).map(({ path }) => `/etc/${path}`);
  const more = conflicts.length - named.length;
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Throws SYSROOT_ETC_CONFLICT where there are conflicts and configuration wants none. */
export function checkConflicts(conflicts: readonly EtcConflict[], strategy: EtcStrategy): void {
  if (strategy !== 'fail' || conflicts.length === 0) return;
  throw storeError(
    'SYSROOT_ETC_CONFLICT',
    `${conflicts.length} ${conflicts.length === 1 ? 'path' : 'paths'} of /etc changed here and in the new image: ${namePaths(conflicts)}.`,
    {
      hint: 'Bring them in line, or set etcConflicts of the plugin store-ostree to keep-mine or take-theirs.',
      data: { paths: conflicts.map(({ path }) => `/etc/${path}`) },
    },
  );
}

function changeOf(before: string, after: string, deep: boolean): EtcChange | null {
  const [had, has] = [exists(before), exists(after)];
  if (had !== has) return had ? 'removed' : 'added';
  if (!had) return null;
  if (!isEqualPath(before, after)) return 'modified';
  // Whoever removes a directory removes what the new default has in it.
  if (!deep || !isDirectory(before)) return null;
  return Object.values(diffEtc(before, after)).some((paths) => paths.length > 0) ? 'modified' : null;
}

const exists = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;
const isDirectory = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
