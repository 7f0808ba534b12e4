import { constants } from 'node:fs';
import type { EntryMeta, ReadonlyTree, Tree } from '@ostrata/contract';

const NOBODY_ELSE = { uid: 0, gid: 0, xattrs: [] } as const;

/** Metadata of a directory of root. */
export const directory = (mode = 0o755): EntryMeta => ({ ...NOBODY_ELSE, mode: constants.S_IFDIR | mode });

/** Metadata of a file of root. */
export const file = (mode = 0o644): EntryMeta => ({ ...NOBODY_ELSE, mode: constants.S_IFREG | mode });

/** Writes a file with the owner, mode and attributes that it has, or those of a file of root when it is new. */
export function rewrite(tree: Tree, path: string, content: string): void {
  const entry = tree.lookup(path);
  const { mode, uid, gid, xattrs } = entry?.type === 'file' ? entry : file();
  tree.writeFile(path, content, { mode, uid, gid, xattrs, parents: true });
}

/** A text file's content; undefined where no file is. */
export function readText(tree: ReadonlyTree, path: string): string | undefined {
  if (tree.lookup(path)?.type !== 'file') return undefined;
  return Buffer.from(tree.readFile(path)).toString('utf8');
}

/** Names in a directory; none where it is not there. */
export function names(tree: ReadonlyTree, path: string): readonly string[] {
  return tree.lookup(path)?.type === 'directory' ? tree.list(path) : [];
}
