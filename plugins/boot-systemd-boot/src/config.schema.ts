import type { Json } from '@ostrata/contract';

export interface SystemdBootConfig {
  /** Where the EFI system partition is mounted; null looks for it. */
  readonly esp: string | null;
  /** Where the partition of kernels and entries is mounted, when it is not the EFI system partition. */
  readonly boot: string | null;
  readonly sortKey: string;
}

const PATH = { type: ['string', 'null'], pattern: '^/', default: null } as const;

export const CONFIG_SCHEMA: { readonly [key: string]: Json } = {
  type: 'object',
  additionalProperties: false,
  properties: {
    esp: {
      ...PATH,
      description:
        'Where the EFI system partition is mounted, from the root of the system. Without it /efi, /boot, /boot/efi and mounted FAT file systems are searched for systemd-boot.',
    },
    boot: {
      ...PATH,
      description:
        'Where the extended boot loader partition (XBOOTLDR) is mounted, when kernels and entries are not to be on the EFI system partition.',
    },
    sortKey: {
      type: 'string',
      pattern: '^[A-Za-z0-9._-]+$',
      default: 'ostree',
      description: 'Places our entries among those of other systems: systemd-boot sorts by it first.',
    },
  },
};
