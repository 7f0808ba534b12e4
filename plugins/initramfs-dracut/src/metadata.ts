import type { CommitMeta, ImageSpec, ReadonlyTree, Variant } from '@ostrata/contract';
import { findKernel } from './kernel.ts';

/** Says on the commit that it boots, and by which kernel (libostree, ostree-repo-os.c). */
export function bootableMetadata(meta: CommitMeta, tree: ReadonlyTree, image: ImageSpec): CommitMeta | undefined {
  const kernel = findKernel(tree);
  if (kernel === undefined) return undefined;
  const added: { [key: string]: Variant } = {
    'ostree.bootable': { type: 'b', value: true },
    'ostree.linux': { type: 's', value: kernel.version },
  };
  const { initramfs, initramfsArgs } = image.kernel;
  // A machine that makes its own initramfs does it in the same way.
  if (initramfs && initramfsArgs.length > 0) added['rpmostree.initramfs-args'] = { type: 'as', value: initramfsArgs };
  return { ...meta, metadata: { ...meta.metadata, ...added } };
}
