import type { ReadonlyTree } from '@ostrata/contract';
import type { PackageFile } from '../codec/index.ts';
import { dispose } from '../import/disposition.ts';
import type { ImportOptions } from '../import/import-options.ts';
import { resolvePath } from '../overlay/links.ts';

/**
 * Paths for a file trigger's input, as packages name them; without those that are not in the image (documentation, ghosts, files in
 * /var), which rpm leaves out for the same reason where it did not install them.
 */
export function triggerInput(tree: ReadonlyTree, files: readonly PackageFile[], options: ImportOptions): string[] {
  return files.filter((file) => isIn(tree, file, options)).map(({ path }) => path);
}

function isIn(tree: ReadonlyTree, file: PackageFile, options: ImportOptions): boolean {
  const { disposition, path } = dispose(file, options);
  if (disposition !== 'commit') return false;
  // While scripts run, /etc is where programs expect it.
  const resolved = resolvePath(tree, path.replace(/^usr\/etc(?=\/|$)/, 'etc'));
  return resolved !== null && tree.lookup(resolved) !== undefined;
}
