import { createHash } from 'node:crypto';
import type { Kernel, Tree } from '@ostrata/contract';
import { names } from './kernel.ts';

const BOOT = 'usr/lib/ostree-boot';

/**
 * Puts kernel and initramfs into usr/lib/ostree-boot as well, named with the boot checksum: sha256 of kernel and initramfs one after
 * the other (rpm-ostree, src/libpriv/rpmostree-kernel.cxx, rpmostree_finalize_kernel). Old tools look for them there.
 */
export function copyToBoot(tree: Tree, { version, directory }: Kernel): void {
  const [kernel, initramfs] = [`${directory}/vmlinuz`, `${directory}/initramfs.img`];
  const hash = createHash('sha256').update(tree.readFile(kernel));
  const hasInitramfs = tree.lookup(initramfs) !== undefined;
  if (hasInitramfs) hash.update(tree.readFile(initramfs));
  const checksum = hash.digest('hex');
  for (const name of names(tree, BOOT)) if (/^(?:vmlinuz|initramfs)-/.test(name)) tree.remove(`${BOOT}/${name}`);
  tree.mkdir(BOOT, { mode: 0o40755, uid: 0, gid: 0, parents: true });
  tree.copy(kernel, `${BOOT}/vmlinuz-${version}-${checksum}`);
  if (hasInitramfs) tree.copy(initramfs, `${BOOT}/initramfs-${version}.img-${checksum}`);
}
