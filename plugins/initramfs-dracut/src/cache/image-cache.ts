import type { Kernel, ReadonlyTree } from '@ostrata/contract';
import { listImage } from '../codec/list-image.ts';
import type { FileCache } from './file-cache.ts';
import { baseKey, fullKey } from './inputs.ts';

/**
 * Images by what they were made of, because dracut takes seconds and most changes of an image do not reach it.
 *
 * An image is a function of the dracut arguments, the kernel with its modules, dracut's own files and configuration, the programs whose
 * output it is, and of files that are copied into it. Which ones those are is known once dracut has run, from the image itself. So two keys:
 * the base key covers all that is known beforehand (see `inputs.ts`), among it a digest of the *names* in all directories that modules and
 * the linker look into: a file that appears or goes can change what is chosen. Under it stands the list of paths that the image contained; the full key
 * adds the ids of what the tree has at these paths now, through symbolic links. The image is used only where all of it is the same: then every
 * file that was copied is the same and every choice falls as before. A file that is neither in the image nor on the lists of `inputs.ts`
 * (documentation, /usr/share, a program that no module copies) may change freely.
 *
 * Times are not part of it: images are made with all file times 0.
 */
export class ImageCache {
  readonly #files: FileCache;
  readonly #tree: ReadonlyTree;
  readonly #base: string;

  constructor(files: FileCache, tree: ReadonlyTree, kernel: Kernel, args: readonly string[]) {
    this.#files = files;
    this.#tree = tree;
    this.#base = baseKey(tree, kernel, args);
  }

  get(): Buffer | undefined {
    const list = this.#files.get(`${this.#base}.paths`);
    if (list === undefined) return undefined;
    return this.#files.get(`${this.#key(list.toString('utf8').split('\0'))}.img`);
  }

  /** Throws CpioError or CompressionError for an image whose paths cannot be listed; such images are not kept. */
  set(kernel: Kernel, image: Uint8Array): void {
    // The modules' directory is in the base key already.
    const paths = listImage(image).filter((path) => !path.startsWith(`${kernel.directory}/`));
    this.#files.set(`${this.#key(paths)}.img`, image);
    this.#files.set(`${this.#base}.paths`, Buffer.from(paths.join('\0')));
  }

  #key(paths: readonly string[]): string {
    return fullKey(this.#tree, this.#base, paths);
  }
}
