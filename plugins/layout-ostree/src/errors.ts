import type { ErrorTable } from '@ostrata/contract';

/** Codes of this plugin's errors. */
export const errors = {
  LAYOUT_TWO_ETC: 'The tree has both etc and usr/etc.',
  LAYOUT_ACCOUNTS: 'A line of a passwd, group or shadow file cannot be understood.',
  LAYOUT_SYSUSERS: 'systemd-sysusers could not make the users that packages declare.',
  LAYOUT_VAR_CONTENT: 'The finished tree has something in var.',
  LAYOUT_ETC: 'The finished tree has no usr/etc, or still has etc.',
  LAYOUT_STRAY: 'The finished tree has a top-level path that no image has.',
  LAYOUT_MODE_ZERO: 'A file in usr/etc cannot be read by anybody, its owner included.',
  LAYOUT_PROBLEMS: 'The finished tree has several problems, each reported with its own code.',
  LAYOUT_UNLABELED: 'The image has an SELinux policy and its files were not labelled.',
  LAYOUT_KERNELS: 'The tree has more than one kernel.',
} as const satisfies ErrorTable;

export type Code = keyof typeof errors;
