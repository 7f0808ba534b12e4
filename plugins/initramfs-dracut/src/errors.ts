import type { ErrorTable } from '@ostrata/contract';

/** Codes of this plugin's errors. */
export const errors = {
  KERNEL_SEVERAL: 'The tree has more than one kernel.',
  KERNEL_DEPMOD: 'depmod could not list the modules of the kernel.',
  INITRAMFS_NO_DRACUT: 'The tree has no dracut to make an initramfs with.',
  INITRAMFS_FAILED: 'dracut did not make an initramfs.',
} as const satisfies ErrorTable;

export type Code = keyof typeof errors;
