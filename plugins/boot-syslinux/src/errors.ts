import { type ErrorTable, HostError, type HostErrorOptions } from '@ostrata/contract';

/** Codes of this plugin's errors. */
export const errors = {
  SYSLINUX_CONFIG: 'The configuration of SYSLINUX cannot be understood.',
} as const satisfies ErrorTable;

export function syslinuxError(message: string, options: HostErrorOptions): HostError<keyof typeof errors> {
  return new HostError('SYSLINUX_CONFIG', message, options);
}
