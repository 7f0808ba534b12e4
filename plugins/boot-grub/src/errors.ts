import { type ErrorTable, HostError, type HostErrorOptions } from '@ostrata/contract';

/** Codes of this plugin's errors. */
export const errors = {
  GRUB_CONFIG_FOREIGN: 'The configuration of GRUB is a file that shows none of our entries.',
} as const satisfies ErrorTable;

export function grubError(message: string, options: HostErrorOptions): HostError<keyof typeof errors> {
  return new HostError('GRUB_CONFIG_FOREIGN', message, options);
}
