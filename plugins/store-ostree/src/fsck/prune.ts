import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Checksum } from '../codec/checksum.ts';
import { type ObjectType, parseObjectPath } from '../repo/object-path.ts';
import { ObjectSet } from '../repo/object-set.ts';
import { listMirrorRefs, listRefs } from '../repo/refs.ts';
import type { Repository } from '../repo/repository.ts';
import { isPartial } from './check.ts';
import { traverseTree } from './traverse.ts';

/** Commits go first: a prune that is broken off leaves no commit behind that lacks something. */
const ORDER: readonly ObjectType[] = ['commitmeta', 'commit', 'dirtree', 'dirmeta', 'file'];

/**
 * Removes the objects that no ref reaches, following parents up to `depth` (negative: all that are there). The caller holds the
 * exclusive lock.
 */
export function pruneRepository(repo: Repository, depth = -1): { removed: number; bytes: number } {
  const reachable = reachableObjects(repo, depth);
  const doomed: { path: string; type: ObjectType; size: number }[] = [];
  for (const prefix of readdirSync(repo.objectsPath)) {
    const directory = join(repo.objectsPath, prefix);
    if (!lstatSync(directory).isDirectory()) continue;
    for (const name of readdirSync(directory)) {
      const object = parseObjectPath(prefix, name);
      if (!object) continue;
      const { id, type } = object;
      if (reachable.has(id, type === 'commitmeta' ? 'commit' : type)) continue;
      const path = join(directory, name);
      doomed.push({ path, type, size: lstatSync(path).size });
      if (type === 'commit') rmSync(join(repo.path, 'state', `${id}.commitpartial`), { force: true });
    }
  }
  doomed.sort((a, b) => ORDER.indexOf(a.type) - ORDER.indexOf(b.type));
  for (const { path } of doomed) rmSync(path);
  return { removed: doomed.length, bytes: doomed.reduce((sum, { size }) => sum + size, 0) };
}

function reachableObjects(repo: Repository, depth: number): ObjectSet {
  const reachable = new ObjectSet();
  const refs = new Set([...listRefs(repo).values(), ...listMirrorRefs(repo).values()]);
  for (const ref of refs) {
    let left = depth;
    for (let id: Checksum | undefined = ref; id !== undefined && repo.find(id, 'commit'); left--) {
      const { tree, meta, parent } = repo.readCommit(id);
      const partial = isPartial(repo, id);
      reachable.add(id, 'commit');
      traverseTree(repo, { tree, meta }, (object, type) => {
        if (partial && repo.find(object, type) === undefined) return false;
        return reachable.add(object, type);
      });
      id = left === 0 ? undefined : parent;
    }
  }
  return reachable;
}
