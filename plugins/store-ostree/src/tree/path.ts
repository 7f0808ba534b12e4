import { nameProblem } from '../codec/dir-tree.ts';
import { storeError } from '../errors.ts';

/** The parts of a relative path; none for the root, ''. Throws OSTREE_TREE_PATH for paths that are not in normal form. */
export function splitPath(path: string): readonly string[] {
  if (path === '') return [];
  const parts = path.split('/');
  for (const part of parts) {
    const problem = nameProblem(part);
    if (!problem) continue;
    throw storeError('OSTREE_TREE_PATH', `The path ${JSON.stringify(path)} cannot be in a tree: it has ${problem}.`, {
      hint: 'Paths are relative to the root, without a leading slash and without "." and "..".',
      data: { path },
    });
  }
  return parts;
}

export const joinPath = (directory: string, name: string): string => (directory === '' ? name : `${directory}/${name}`);
