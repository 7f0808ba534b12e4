import { type ErrorTable, HostError, type HostErrorOptions } from '@ostrata/contract';

/** Codes of this plugin's errors. */
export const errors = {
  GRUB_CONFIG_FOREIGN: 'The configuration of GRUB is a file that shows none of our entries.',
  GRUB_ENVIRONMENT: 'The environment block of GRUB is damaged, or has no room left.',
} as const satisfies ErrorTable;

export function grubError(
  code: keyof typeof errors,
  message: string,
  options: HostErrorOptions,
): HostError<keyof typeof errors> {
  return new HostError(code, message, options);
}
