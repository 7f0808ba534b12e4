import type { Context } from '../context.ts';
import { capability } from './token.ts';
import type { Tree } from './tree.ts';

/** A kernel of a tree: `usr/lib/modules/VERSION/vmlinuz`. */
export interface Kernel {
  readonly version: string;
  readonly directory: string;
}

/** Makes initramfs images. */
export interface Initramfs {
  /** Puts `initramfs.img` beside the kernel. Does nothing when one of the same inputs is in the cache: that one is used. */
  generate(tree: Tree, kernel: Kernel, args: readonly string[], ctx: Context): Promise<void>;
}

export const INITRAMFS = capability<Initramfs>('initramfs');
