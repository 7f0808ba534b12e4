import type { Checksum } from '../codec/checksum.ts';
import type { DirEntry } from '../codec/dir-tree.ts';
import { storeError } from '../errors.ts';
import type { Repository } from '../repo/repository.ts';
import { splitPath } from '../tree/path.ts';

/** The directory or file at a path of a commit. */
export function findInCommit(repo: Repository, commit: Checksum, path: string): DirEntry | { readonly file: Checksum } {
  const { tree, meta } = repo.readCommit(commit);
  let entry: DirEntry = { tree, meta };
  const parts = splitPath(path.replace(/^\/+|\/+$/g, ''));
  for (const [index, part] of parts.entries()) {
    const { files, dirs } = repo.readDirTree(entry.tree);
    const next = dirs.get(part);
    if (next) {
      entry = next;
      continue;
    }
    const file = index === parts.length - 1 ? files.get(part) : undefined;
    if (file !== undefined) return { file };
    throw storeError('OSTREE_CHECKOUT_PATH', `The commit ${commit} has no ${JSON.stringify(path)}.`, {
      hint: 'Check the path; symbolic links are not followed.',
      data: { commit, path },
    });
  }
  return entry;
}
