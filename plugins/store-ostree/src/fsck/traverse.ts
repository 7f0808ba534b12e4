import type { Checksum } from '../codec/checksum.ts';
import type { DirEntry } from '../codec/dir-tree.ts';
import type { ObjectType } from '../repo/object-path.ts';
import type { Repository } from '../repo/repository.ts';

/** Called once for every object; false keeps it from being looked into. */
export type Visit = (id: Checksum, type: ObjectType) => boolean;

/** Goes through all objects of a directory tree, each once for one `visit`, directories before what is in them. */
export function traverseTree(repo: Repository, root: DirEntry, visit: Visit): void {
  const pending: DirEntry[] = [root];
  for (let entry = pending.pop(); entry; entry = pending.pop()) {
    visit(entry.meta, 'dirmeta');
    if (!visit(entry.tree, 'dirtree')) continue;
    const { files, dirs } = repo.readDirTree(entry.tree);
    for (const id of files.values()) visit(id, 'file');
    pending.push(...dirs.values());
  }
}
