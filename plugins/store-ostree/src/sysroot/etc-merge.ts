import { copyFileSync, lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { storeError } from '../errors.ts';
import { removeTree } from '../repo/remove-tree.ts';
import { copyAttributes, copySymlink } from './copy-attributes.ts';
import type { EtcDiff } from './etc-diff.ts';

/** The three sides of a merge of /etc, as absolute paths. */
export interface EtcSides {
  /** /usr/etc of the deployment that was in use. */
  readonly original: string;
  /** Its /etc, with the changes made by hand. */
  readonly modified: string;
  /** /etc of the new deployment, still as it came. */
  readonly next: string;
}

/** Something a merge left out, for messages. */
export interface EtcSkipped {
  readonly path: string;
  readonly reason: 'special file';
}

/**
 * Brings changes made by hand to the /etc of a new deployment. The user's version always wins; nothing is merged inside of files. Throws
 * SYSROOT_ETC where the new deployment has a directory in place of a file that was changed.
 */
export function mergeEtc({ original, modified, next }: EtcSides, diff: EtcDiff): EtcSkipped[] {
  const skipped: EtcSkipped[] = [];
  for (const path of diff.removed) removeTree(join(next, path));
  let whole: string | undefined;
  for (const path of [...diff.modified, ...diff.added]) {
    // What is below a directory came with it.
    if (whole !== undefined && path.startsWith(`${whole}/`)) continue;
    if (bring(path)) whole = path;
  }
  return skipped;

  /** Whether a whole directory was brought. */
  function bring(path: string): boolean {
    const source = join(modified, path);
    const target = join(next, path);
    const stat = lstatSync(source);
    ensureParent(dirname(path));
    const there = lstatSync(target, { throwIfNoEntry: false });
    if (there?.isDirectory()) {
      if (!stat.isDirectory()) throw becameDirectory(path, target);
      copyAttributes(source, target);
      return false;
    }
    if (there) rmSync(target);
    copyPath(source, target, path, skipped);
    return stat.isDirectory();
  }

  /** The directory of a changed file: the new default's, else the one that the user has, else the old default's. */
  function ensureParent(path: string): void {
    if (path === '.' || lstatSync(join(next, path), { throwIfNoEntry: false })) return;
    ensureParent(dirname(path));
    const template = [modified, original]
      .map((side) => join(side, path))
      .find((one) => lstatSync(one, { throwIfNoEntry: false }));
    mkdirSync(join(next, path));
    if (template !== undefined) copyAttributes(template, join(next, path));
  }
}

function copyPath(source: string, target: string, path: string, skipped: EtcSkipped[]): void {
  const stat = lstatSync(source);
  if (stat.isDirectory()) {
    mkdirSync(target, { mode: 0o700 });
    for (const name of readdirSync(source))
      copyPath(join(source, name), join(target, name), `${path}/${name}`, skipped);
    copyAttributes(source, target);
  } else if (stat.isSymbolicLink()) {
    copySymlink(source, target);
  } else if (stat.isFile()) {
    copyFileSync(source, target);
    copyAttributes(source, target);
  } else {
    skipped.push({ path, reason: 'special file' });
  }
}

function becameDirectory(path: string, target: string): Error {
  return storeError('SYSROOT_ETC', `Modified config file newly defaults to directory '${path}', cannot merge`, {
    hint: `Move /etc/${path} away, and what it holds into a file of the new directory.`,
    data: { path: `/etc/${path}`, target },
  });
}
