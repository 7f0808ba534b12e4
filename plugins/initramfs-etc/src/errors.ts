import { type ErrorTable, HostError, type HostErrorOptions } from '@ostrata/contract';

export const ERRORS = {
  INITRAMFS_ETC_USAGE: 'Options of the verb initramfs-etc do not go together.',
  INITRAMFS_ETC_PATH: 'A path that shall be tracked is not one below /etc, or has parts such as "..".',
  INITRAMFS_ETC_FILE: 'A tracked file is not there, or is no file, link or directory.',
  INITRAMFS_ETC_SIZE: 'The tracked files are larger than an initramfs overlay may be.',
  INITRAMFS_ETC_ORIGIN: 'The origin of a deployment cannot be read.',
  INITRAMFS_ETC_REGENERATED: 'Files cannot be tracked for an initramfs that the machine makes for itself.',
} as const satisfies ErrorTable;

export function etcError(code: keyof typeof ERRORS, message: string, options: HostErrorOptions = {}): HostError {
  return new HostError(code, message, options);
}
