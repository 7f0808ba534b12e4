import type { ReadonlyTree, Tree } from '@ostrata/contract';

const MAX_LINKS = 40;

function parts(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

/**
 * Where a path lies once symbolic links on the way are followed, as a program in the root would; the last part is not followed unless
 * `last` is given. Null when the links go in a circle. `..` never leaves the root.
 */
export function resolvePath(tree: ReadonlyTree, path: string, last = false): string | null {
  const pending = parts(path).reverse();
  const done: string[] = [];
  let followed = 0;
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    if (part === '..') {
      done.pop();
      continue;
    }
    done.push(part);
    if (pending.length === 0 && !last) break;
    const entry = tree.lookup(done.join('/'));
    if (entry?.type !== 'symlink') continue;
    if (++followed > MAX_LINKS) return null;
    done.pop();
    if (entry.target.startsWith('/')) done.length = 0;
    pending.push(...parts(entry.target).reverse());
  }
  return done.join('/');
}

/** Whether two directories of a tree have something of one name that is not a directory in both. */
export function collide(tree: ReadonlyTree, from: string, to: string): boolean {
  if (!tree.lookup(to)) return false;
  return tree.list(from).some((name) => {
    const [source, target] = [`${from}/${name}`, `${to}/${name}`];
    const existing = tree.lookup(target);
    if (!existing) return false;
    return existing.type !== 'directory' || tree.lookup(source)?.type !== 'directory' || collide(tree, source, target);
  });
}

/** Moves what is in one directory of a tree into another with which it does not {@link collide}. */
export function moveContents(tree: Tree, from: string, to: string): void {
  if (!tree.lookup(to)) tree.mkdir(to, { parents: true });
  for (const name of tree.list(from)) {
    const [source, target] = [`${from}/${name}`, `${to}/${name}`];
    if (tree.lookup(target)) moveContents(tree, source, target);
    else tree.rename(source, target);
  }
  tree.remove(from);
}
