import { posix } from 'node:path';
import type { ReadonlyTree, TreeEntry } from '@ostrata/contract';

/** More links than a path of a sane tree goes through. */
const MAX_LINKS = 40;

/** The path with symbolic links among its parents resolved inside the tree; undefined when it leads nowhere. */
function resolveParents(tree: ReadonlyTree, path: string): string | undefined {
  let links = 0;
  let rest = path.split('/').filter((name) => name !== '' && name !== '.');
  let done: string[] = [];
  while (rest.length > 1) {
    const name = rest.shift() as string;
    if (name === '..') {
      done.pop();
      continue;
    }
    const entry = tree.lookup([...done, name].join('/'));
    if (entry?.type === 'directory') {
      done.push(name);
    } else if (entry?.type === 'symlink' && links++ < MAX_LINKS) {
      if (entry.target.startsWith('/')) done = [];
      rest = [...entry.target.split('/').filter((part) => part !== '' && part !== '.'), ...rest];
    } else {
      return undefined;
    }
  }
  const last = rest[0];
  return last === undefined || last === '..' ? undefined : [...done, last].join('/');
}

/** What is at a path, with links among its parents followed. */
export function lookupThrough(tree: ReadonlyTree, path: string): { path: string; entry: TreeEntry } | undefined {
  const resolved = resolveParents(tree, path);
  const entry = resolved === undefined ? undefined : tree.lookup(resolved);
  return resolved === undefined || entry === undefined ? undefined : { path: resolved, entry };
}

/** How far an id reaches where a path leads to a directory: to all that is in it, or to its being one. */
export type DirectoryReach = 'content' | 'existence';

/** Ids of what is at a path and, through links, behind it: changes when what a program would read there changes. */
export function idsOf(tree: ReadonlyTree, path: string, reach: DirectoryReach): readonly string[] {
  const ids: string[] = [];
  let next: string | undefined = path;
  while (next !== undefined && ids.length < MAX_LINKS) {
    const found = lookupThrough(tree, next);
    if (found === undefined) return [...ids, 'absent'];
    const { path: real, entry } = found;
    if (entry.type === 'directory') return [...ids, reach === 'content' ? tree.directoryId(real) : 'directory'];
    ids.push(entry.id);
    if (entry.type === 'file') return ids;
    next = entry.target.startsWith('/') ? entry.target : posix.join(posix.dirname(real), entry.target);
  }
  return ids;
}
