import { type ErrorTable, HostError, type HostErrorOptions } from '@ostrata/contract';

/** Codes of this plugin's errors. */
export const errors = {
  ESP_MISSING: 'No EFI system partition with systemd-boot is mounted where it is looked for.',
  ESP_SPACE: 'The partition of kernels and boot entries has too little room for a new deployment.',
  ESP_SOURCE: 'A boot entry names a file that is not in /boot.',
} as const satisfies ErrorTable;

export function espError(
  code: keyof typeof errors,
  message: string,
  options: HostErrorOptions,
): HostError<keyof typeof errors> {
  return new HostError(code, message, options);
}
