import { storeError } from '../errors.ts';

export function missing(path: string) {
  return storeError('OSTREE_TREE_MISSING', `There is no ${JSON.stringify(path)} in the tree.`, {
    hint: 'Check the path, or make its directories first.',
    data: { path },
  });
}

export function wrongType(path: string, is: string, wanted: string) {
  return storeError('OSTREE_TREE_TYPE', `${JSON.stringify(path)} is ${is} in the tree and ${wanted} is needed.`, {
    hint: 'Name another path, or remove what is there first.',
    data: { path },
  });
}

export function exists(path: string) {
  return storeError('OSTREE_TREE_EXISTS', `${JSON.stringify(path)} is in the tree already.`, {
    hint: 'Remove it first, or name another path.',
    data: { path },
  });
}
