import type { Tree } from '@ostrata/contract';
import type { PackageFile } from '../codec/index.ts';
import { dispose, kindOf } from '../import/disposition.ts';
import type { ImportOptions } from '../import/import-options.ts';
import { PLAIN_DIRECTORY } from '../import/layout.ts';
import { resolvePath } from './links.ts';

/**
 * Gives directories the modes that a package states. Merging keeps the mode of who came first, and that may be a package that has
 * something in the directory without owning it.
 */
export function applyDirectoryModes(tree: Tree, files: readonly PackageFile[], options: ImportOptions): void {
  for (const file of files) {
    if (kindOf(file.mode) !== 'directory') continue;
    const mode = file.mode | 0o200;
    if (mode === PLAIN_DIRECTORY.mode) continue;
    const { disposition, path } = dispose(file, options);
    if (disposition !== 'commit') continue;
    const resolved = resolvePath(tree, path);
    const entry = resolved === null ? undefined : tree.lookup(resolved);
    if (resolved !== null && entry?.type === 'directory' && entry.mode !== mode) tree.setMeta(resolved, { mode });
  }
}
