import type { Origin } from '@ostrata/origin';

/** Keys of an origin, in the group `rpmostree`, for an initramfs of the machine's own and files that it is given. */
const KEYS = ['regenerate-initramfs', 'initramfs-args', 'initramfs-etc'];

/** The initramfs of the image is used again, as it is (rpm-ostree, `reset --initramfs`). */
export function resetInitramfs(origin: Origin): void {
  for (const key of KEYS) origin.setText('rpmostree', key, null);
  origin.settle();
}
