import { posix } from 'node:path';
import type { Checksum } from '../codec/checksum.ts';
import type { DirEntry } from '../codec/dir-tree.ts';
import { isSymlink } from '../codec/mode.ts';
import type { Repository } from '../repo/repository.ts';
import { VerbError } from './error.ts';

export type Found = { readonly dir: DirEntry } | { readonly file: Checksum };

/** An absolute path in a commit from one on the command line: from its root, without "." and "..". */
export const commitPath = (text: string): string => posix.resolve('/', text);

/** What is at a path of a tree; symbolic links are not followed. */
export function findPath(repo: Repository, root: DirEntry, path: string): Found {
  let dir = root;
  const parts = path.split('/').filter((part) => part !== '');
  for (const [index, part] of parts.entries()) {
    const { files, dirs } = repo.readDirTree(dir.tree);
    const next = dirs.get(part);
    if (next) {
      dir = next;
      continue;
    }
    const file = files.get(part);
    if (file === undefined) throw new VerbError(`No such file or directory: ${path}`);
    if (index < parts.length - 1) throw new VerbError('Not a directory');
    return { file };
  }
  return { dir };
}

/** A regular file's object at a path, following symbolic links within the tree as reading a file does. */
export function findFile(repo: Repository, root: DirEntry, path: string, depth = 0): Checksum {
  const found = findPath(repo, root, path);
  if ('dir' in found) throw new VerbError("Can't open directory");
  const { meta } = repo.inspectFile(found.file);
  if (!isSymlink(meta.mode)) return found.file;
  if (depth > 40) throw new VerbError('Too many levels of symbolic links');
  return findFile(repo, root, posix.resolve(posix.dirname(path), meta.target), depth + 1);
}
