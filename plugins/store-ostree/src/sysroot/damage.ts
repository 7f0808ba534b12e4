import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf, storeError } from '../errors.ts';

/** A boot entry leads to a deployment whose directory is gone. */
export function halfDeployment(path: string): Error {
  return storeError('SYSROOT_INVALID', `The deployment ${path} is named by a boot entry and is not there.`, {
    hint: 'Remove it from the boot menu with `ostrata ostree admin undeploy INDEX`, and deploy again.',
    data: { path },
  });
}

/** f_type of file systems without links: FAT and exFAT (linux/magic.h). */
const LINKLESS = [0x4d44, 0x2011bab0];

/** Throws SYSROOT_BOOT_LINKS where /boot cannot have the links by which deployments are switched. */
export function checkLinks(sysroot: string): void {
  const path = join(sysroot, 'boot');
  if (!existsSync(path) || !LINKLESS.includes(statfsSync(path).type)) return;
  throw storeError(
    'SYSROOT_BOOT_LINKS',
    `${path} is a FAT file system: the links by which deployments are switched cannot be there.`,
    {
      hint: 'Mount this partition at /efi or /boot/efi and leave /boot to the root file system: the plugin boot-systemd-boot starts kernels from it. Nothing has been changed.',
      data: { path },
    },
  );
}

/** Throws SYSROOT_READ_ONLY where what a deployment writes to is mounted read-only. */
export function checkNotReadOnly(sysroot: string): void {
  for (const path of [join(sysroot, 'ostree/deploy'), join(sysroot, 'boot')]) {
    if (!existsSync(path)) continue;
    try {
      accessSync(path, constants.W_OK);
    } catch (error) {
      if (errnoOf(error) === 'EROFS') throw readOnly(path, error);
    }
  }
}

export function readOnly(path: string, cause: unknown): Error {
  const file = (cause as NodeJS.ErrnoException).path ?? path;
  return storeError('SYSROOT_READ_ONLY', `${file} is on a file system that is mounted read-only.`, {
    hint: `Make it writable (mount -o remount,rw); nothing has been changed.`,
    data: { path: file },
    cause,
  });
}
