import type { Checksum } from '../codec/checksum.ts';
import type { DeltaObject } from '../codec/delta/object-list.ts';
import { traverseTree } from '../fsck/traverse.ts';
import type { Repository } from '../repo/repository.ts';

/** A file object with the paths at which a commit has it. */
export interface ReachableFile {
  readonly id: Checksum;
  readonly paths: string[];
}

/** Metadata objects of a commit but itself, each once, directories before what is in them. */
export function reachableMetadata(repo: Repository, commit: Checksum): Map<string, DeltaObject> {
  const objects = new Map<string, DeltaObject>();
  traverseTree(repo, repo.readCommit(commit), (id, type) => {
    if (type !== 'dirtree' && type !== 'dirmeta') return false;
    const key = `${id}.${type}`;
    if (objects.has(key)) return false;
    objects.set(key, { type, id });
    return true;
  });
  return objects;
}

/** File objects of a commit in the order of its directories. */
export function reachableFiles(repo: Repository, commit: Checksum): Map<Checksum, ReachableFile> {
  const files = new Map<Checksum, ReachableFile>();
  const walk = (tree: Checksum, prefix: string) => {
    const directory = repo.readDirTree(tree);
    for (const [name, id] of directory.files) {
      const known = files.get(id);
      if (known) known.paths.push(`${prefix}${name}`);
      else files.set(id, { id, paths: [`${prefix}${name}`] });
    }
    for (const [name, entry] of directory.dirs) walk(entry.tree, `${prefix}${name}/`);
  };
  walk(repo.readCommit(commit).tree, '');
  return files;
}
