import type { Kernel, ReadonlyTree } from '@ostrata/contract';
import { names } from './kernel.ts';
import { lookupThrough } from './tree-paths.ts';

/** Arguments of dracut(8) by which an author chooses. */
const CHOSEN = /^--(?:compress(?:=|$)|no-compress|gzip|bzip2|lzma|xz|lzo|lz4|zstd|squash-compressor|enhanced-cpio)/;
/** A sixth of a second for an image of 70 MB, where dracut's usual `gzip -9` takes seventeen, and no larger. */
const FAST = 'zstd -3 -q -T0';

/**
 * Arguments that choose the compressor: most of dracut's time goes into its default. Empty where the author, the image's dracut
 * configuration, a kernel without zstd (CONFIG_RD_ZSTD) or a missing program leaves it to dracut.
 */
export function compressionArguments(tree: ReadonlyTree, kernel: Kernel, args: readonly string[]): readonly string[] {
  if (args.some((arg) => CHOSEN.test(arg)) || configured(tree)) return [];
  if (lookupThrough(tree, 'usr/bin/zstd') === undefined) return [];
  const config = `${kernel.directory}/config`;
  if (tree.lookup(config)?.type !== 'file') return [];
  return /^CONFIG_RD_ZSTD=y$/m.test(text(tree, config)) ? ['--compress', FAST] : [];
}

function configured(tree: ReadonlyTree): boolean {
  const directories = ['etc/dracut.conf.d', 'usr/lib/dracut/dracut.conf.d'];
  const files = directories.flatMap((directory) => names(tree, directory).map((name) => `${directory}/${name}`));
  return ['etc/dracut.conf', ...files].some(
    (path) =>
      tree.lookup(path)?.type === 'file' &&
      /^\s*(?:compress|squash_compress|enhanced_cpio)\+?=/m.test(text(tree, path)),
  );
}

function text(tree: ReadonlyTree, path: string): string {
  return Buffer.from(tree.readFile(path)).toString('utf8');
}
