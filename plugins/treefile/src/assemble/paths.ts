import type { ReadonlyTree } from '@ostrata/contract';
import { treefileError } from '../errors.ts';

/** As many symbolic links as Linux follows in one path. */
const MAX_LINKS = 40;

/**
 * The path that a name in the tree stands for once symbolic links are followed as inside a root: `lib/x` becomes `usr/lib/x` where
 * /lib is a link. With `last` false the last part is not followed. Parts that are not there stay as they are. Nothing leads out of
 * the tree: `..` ends at its root.
 */
export function resolveInTree(tree: ReadonlyTree, path: string, last = false): string {
  const rest = path.split('/').filter((part) => part !== '' && part !== '.');
  const done: string[] = [];
  let links = 0;
  while (rest.length > 0) {
    const part = rest.shift() ?? '';
    if (part === '..') {
      done.pop();
      continue;
    }
    done.push(part);
    if (rest.length === 0 && !last) break;
    const entry = tree.lookup(done.join('/'));
    if (entry?.type === 'symlink') {
      links++;
      if (links > MAX_LINKS) throw loop(path);
      done.pop();
      if (entry.target.startsWith('/')) done.length = 0;
      rest.unshift(...entry.target.split('/').filter((step) => step !== '' && step !== '.'));
    } else if (entry?.type === 'file' && rest.length > 0) {
      throw treefileError('TREEFILE_PATH', `/${path} leads through the file /${done.join('/')}.`, {
        hint: 'Correct the path in the treefile.',
        data: { path },
      });
    }
  }
  return done.join('/');
}

function loop(path: string): Error {
  return treefileError('TREEFILE_PATH', `/${path} leads through more than ${MAX_LINKS} symbolic links.`, {
    data: { path },
  });
}
