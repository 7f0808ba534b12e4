import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReadonlyTree } from '@ostrata/core';
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
 * The bytes of a tree's database, or undefined when it has none.
 * @throws RpmError RPM_DATABASE_UNSUPPORTED for the formats ndb and bdb.
 */
export function databaseBytes(tree: ReadonlyTree): Uint8Array | undefined {
  if (tree.lookup(DATABASE_FILE)?.type === 'file') return tree.readFile(DATABASE_FILE);
  const other = OTHER_FORMATS.find((name) => tree.lookup(`${DATABASE_DIRECTORY}/${name}`)?.type === 'file');
  if (other === undefined) return undefined;
  throw rpmError('RPM_DATABASE_UNSUPPORTED', `/${DATABASE_DIRECTORY}/${other} is not an sqlite database.`, {
    hint: 'Use a base whose rpm keeps its database in sqlite (rpm 4.16 and later).',
    data: { path: `/${DATABASE_DIRECTORY}/${other}` },
  });
}

/** Puts bytes where sqlite can open them. */
export function spill(directory: string, bytes: Uint8Array): string {
  const file = join(directory, 'rpmdb.sqlite');
  writeFileSync(file, bytes);
  return file;
}
