import { compareNames, type DirEntry } from '../../../plugins/store-ostree/src/codec/dir-tree.ts';
import { isSymlink } from '../../../plugins/store-ostree/src/codec/mode.ts';
import type { Repository } from '../../../plugins/store-ostree/src/repo/repository.ts';

const modeText = (mode: number): string => `0${(mode & 0o7777).toString(8).padStart(4, '0')}`;

/** The lines of `ostree ls -R -C` with single spaces. Throws what reading an object throws. */
export function* listing(repo: Repository, entry: DirEntry, path = '/'): Generator<string> {
  const { uid, gid, mode } = repo.readDirMeta(entry.meta);
  yield `d${modeText(mode)} ${uid} ${gid} 0 ${entry.tree} ${entry.meta} ${path}`;
  const { files, dirs } = repo.readDirTree(entry.tree);
  const below = path === '/' ? path : `${path}/`;
  for (const [name, id] of [...files].sort(([a], [b]) => compareNames(a, b))) {
    const { meta, size } = repo.inspectFile(id);
    const head = `${modeText(meta.mode)} ${meta.uid} ${meta.gid} ${size} ${id} ${below}${name}`;
    yield isSymlink(meta.mode) ? `l${head} -> ${meta.target}` : `-${head}`;
  }
  for (const [name, child] of dirs) yield* listing(repo, child, `${below}${name}`);
}
