import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Kernel, ReadonlyTree } from '@ostrata/contract';
import { names } from './kernel.ts';
import type { Machine } from './machine.ts';
import { lookupThrough } from './tree-paths.ts';

/** Arguments of dracut(8) by which an author chooses. */
const CHOSEN = /^--(?:compress(?:=|$)|no-compress|gzip|bzip2|lzma|xz|lzo|lz4|zstd|squash-compressor|enhanced-cpio)/;
/** A sixth of a second for an image of 70 MB, where dracut's usual `gzip -9` takes seventeen, and no larger. */
const FAST = 'zstd -3 -q -T0';

/**
 * Arguments that choose the compressor: most of dracut's time goes into its default. Empty where the author, the image's dracut
 * configuration, a kernel without zstd (CONFIG_RD_ZSTD) or a missing program leaves it to dracut.
 */
export function compressionArguments(
  tree: ReadonlyTree,
  kernel: Kernel,
  args: readonly string[],
  machine?: Machine,
): readonly string[] {
  const texts = machine === undefined ? textsOf(tree, 'etc') : textsOfMachine(machine);
  const isConfigured = [...texts, ...textsOf(tree, 'usr/lib/dracut')].some((one) => CONFIGURED.test(one));
  if (isConfigured || args.some((arg) => CHOSEN.test(arg))) return [];
  if (lookupThrough(tree, 'usr/bin/zstd') === undefined) return [];
  const config = `${kernel.directory}/config`;
  if (tree.lookup(config)?.type !== 'file') return [];
  return /^CONFIG_RD_ZSTD=y$/m.test(text(tree, config)) ? ['--compress', FAST] : [];
}

/** In configuration (dracut.conf(5)). */
const CONFIGURED = /^\s*(?:compress|squash_compress|enhanced_cpio)\+?=/m;

/** The texts of dracut's configuration below a directory. */
function textsOf(tree: ReadonlyTree, directory: string): string[] {
  const parts = names(tree, `${directory}/dracut.conf.d`).map((name) => `${directory}/dracut.conf.d/${name}`);
  return [`${directory}/dracut.conf`, ...parts]
    .filter((path) => tree.lookup(path)?.type === 'file')
    .map((path) => text(tree, path));
}

function textsOfMachine({ etc }: Machine): string[] {
  const parts = join(etc, 'dracut.conf.d');
  const paths = isDirectory(parts) ? readdirSync(parts).map((name) => join(parts, name)) : [];
  return [join(etc, 'dracut.conf'), ...paths]
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
    .map((path) => readFileSync(path, 'utf8'));
}

const isDirectory = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

function text(tree: ReadonlyTree, path: string): string {
  return Buffer.from(tree.readFile(path)).toString('utf8');
}
