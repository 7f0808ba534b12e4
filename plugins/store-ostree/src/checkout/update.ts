import type { DirEntry } from '../codec/dir-tree.ts';
import { removeTree } from '../repo/remove-tree.ts';
import type { Repository } from '../repo/repository.ts';
import type { Checkout } from './checkout.ts';

/**
 * Makes a checkout of the directory `from` one of the directory `to`, touching only what differs. Nothing else may have been changed
 * in it.
 */
export function updateDirectory(
  repo: Repository,
  checkout: Checkout,
  from: DirEntry,
  to: DirEntry,
  path: string,
): void {
  if (from.tree !== to.tree) {
    const old = repo.readDirTree(from.tree);
    const wanted = repo.readDirTree(to.tree);
    for (const [name, id] of old.files) {
      if (wanted.files.get(name) !== id) removeTree(`${path}/${name}`);
    }
    for (const name of old.dirs.keys()) {
      if (!wanted.dirs.has(name)) removeTree(`${path}/${name}`);
    }
    for (const [name, id] of wanted.files) {
      if (old.files.get(name) !== id) checkout.file(id, `${path}/${name}`);
    }
    for (const [name, entry] of wanted.dirs) {
      const existing = old.dirs.get(name);
      if (existing) updateDirectory(repo, checkout, existing, entry, `${path}/${name}`);
      else checkout.directory(entry, `${path}/${name}`);
    }
  }
  if (from.tree !== to.tree || from.meta !== to.meta) checkout.directoryMeta(to.meta, path);
}
