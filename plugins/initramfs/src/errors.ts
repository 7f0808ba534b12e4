import { type ErrorTable, HostError, type HostErrorOptions } from '@ostrata/contract';

export const ERRORS = {
  INITRAMFS_USAGE: 'Options of the verb initramfs do not go together.',
  INITRAMFS_ORIGIN: 'The origin of a deployment cannot be read.',
  INITRAMFS_OVERLAY: 'An initramfs that is made here and files of /etc that are laid over it exclude one another.',
  INITRAMFS_LAYERS: 'Packages that are laid over the image would get lost with a new initramfs.',
} as const satisfies ErrorTable;

export function initramfsError(code: keyof typeof ERRORS, message: string, options: HostErrorOptions = {}): HostError {
  return new HostError(code, message, options);
}
