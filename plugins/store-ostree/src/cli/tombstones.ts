import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Checksum } from '../codec/checksum.ts';
import { encodeMetadata } from '../codec/commit.ts';
import { variant } from '../codec/gvariant/index.ts';
import { readConfig } from '../repo/collections.ts';
import { setConfigKey } from '../repo/config-edit.ts';
import { readNames } from '../repo/directory.ts';
import { objectPath } from '../repo/object-path.ts';
import { replaceFile } from '../repo/replace-file.ts';
import type { Repository } from '../repo/repository.ts';

/** Has commits that are deleted from now on leave a note of it. */
export function enableTombstones(repo: Repository): void {
  if (tombstonesEnabled(repo)) return;
  const path = join(repo.path, 'config');
  replaceFile(path, setConfigKey(readFileSync(path, 'utf8'), 'core', 'tombstone-commits', 'true'));
}

export const tombstonesEnabled = (repo: Repository): boolean =>
  readConfig(repo).get('core', 'tombstone-commits')?.trim() === 'true';

/** Deletes a commit object with its detached metadata, and notes that it was there (`a{sv}` with the key `commit`). */
export function addTombstone(repo: Repository, commit: Checksum): void {
  rmSync(join(repo.objectsPath, objectPath(commit, 'commitmeta', repo.mode)), { force: true });
  const path = repo.locate(commit, 'commit');
  rmSync(path);
  if (!tombstonesEnabled(repo)) return;
  mkdirSync(dirname(path), { recursive: true });
  const note = encodeMetadata(new Map([['commit', variant('ay', Buffer.from(`${commit}\0`))]]));
  replaceFile(path.replace(/\.commit$/, '.tombstone-commit'), note, { fsync: repo.config.fsync });
}

/** Removes the notes of commits that are there again. */
export function dropTombstones(repo: Repository): void {
  if (!tombstonesEnabled(repo)) return;
  for (const prefix of readNames(repo.objectsPath)) {
    for (const name of readNames(join(repo.objectsPath, prefix))) {
      const id = /^([0-9a-f]{62})\.tombstone-commit$/.exec(name)?.[1];
      if (id !== undefined && repo.find(`${prefix}${id}`, 'commit') !== undefined) {
        rmSync(join(repo.objectsPath, prefix, name));
      }
    }
  }
}
