import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ReadonlyTree } from '@ostrata/contract';
import { rpmError } from '../errors.ts';

/** Where an image keeps its package database (rpm-ostree's place). */
export const DATABASE_DIRECTORY = 'usr/share/rpm';
export const DATABASE_FILE = `${DATABASE_DIRECTORY}/rpmdb.sqlite`;
/** The database of the base alone, which layering leaves as it is. */
export const BASE_DATABASE_DIRECTORY = 'usr/lib/sysimage/rpm-ostree-base-db';

/** Database files of other formats that rpm has used. */
const OTHER_FORMATS = ['Packages.db', 'Packages'];

/** Runs something with a temporary directory of its own. */
export function withTemporary<T>(parent: string, work: (directory: string) => T): T {
  const directory = mkdtempSync(join(parent, 'rpmdb-'));
  try {
    return work(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * Copies a tree's database into a directory, where sqlite can open it, with the log of changes that rpm may have left beside it.
 * @returns the file, or undefined when the tree has none.
 * @throws RpmError RPM_DATABASE_UNSUPPORTED for the formats ndb and bdb.
 */
export function spillDatabase(tree: ReadonlyTree, directory: string): string | undefined {
  if (tree.lookup(DATABASE_FILE)?.type === 'file') {
    for (const path of [DATABASE_FILE, `${DATABASE_FILE}-wal`]) {
      if (tree.lookup(path)?.type === 'file') writeFileSync(join(directory, basename(path)), tree.readFile(path));
    }
    return join(directory, basename(DATABASE_FILE));
  }
  const other = OTHER_FORMATS.find((name) => tree.lookup(`${DATABASE_DIRECTORY}/${name}`)?.type === 'file');
  if (other === undefined) return undefined;
  throw rpmError('RPM_DATABASE_UNSUPPORTED', `/${DATABASE_DIRECTORY}/${other} is not an sqlite database.`, {
    hint: 'Use a base whose rpm keeps its database in sqlite (rpm 4.16 and later).',
    data: { path: `/${DATABASE_DIRECTORY}/${other}` },
  });
}
