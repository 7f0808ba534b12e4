import type { Tree } from '@ostrata/contract';
import { treefileError } from '../errors.ts';
import { contentOf, type Decisions } from '../request/contents.ts';
import { resolveInTree } from './paths.ts';

/** `remove-files`: paths relative to the root, with all below them. What is not there is no error. */
export function removeFiles(tree: Tree, paths: readonly string[]): void {
  for (const path of paths) {
    const place = resolveInTree(tree, path);
    if (place !== '') tree.remove(place);
  }
}

/** `add-files`: owned by root, with the permissions that the source had. */
export function addFiles(tree: Tree, files: Decisions['addFiles']): void {
  for (const file of files) {
    const place = resolveInTree(tree, file.destination);
    const present = tree.lookup(place);
    if (present?.type === 'directory') {
      throw treefileError('TREEFILE_PATH', `add-files cannot replace the directory /${place}.`, {
        hint: 'Give the path of the file itself as the destination.',
        data: { path: place },
      });
    }
    // A link is replaced, and not what it leads to.
    if (present?.type === 'symlink') tree.remove(place);
    tree.writeFile(place, contentOf(file), { mode: 0o100000 | file.mode, uid: 0, gid: 0, xattrs: [], parents: true });
  }
}
