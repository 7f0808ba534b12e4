import { existsSync, lstatSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { formatSize } from '../cli/format-size.ts';
import { storeError } from '../errors.ts';
import { readNames } from '../repo/directory.ts';
import type { SysrootDeployment } from './deployment.ts';
import { type KernelOptions, locateKernel } from './kernel-layout.ts';
import type { Sysroot } from './sysroot.ts';
import { kernelDirectory, OVERLAYS, stagedInitrd } from './write-entries.ts';

/** What entries and a boot loader's configuration may take besides, as libostree has it (EARLY_PRUNE_SAFETY_MARGIN_SIZE). */
export const SLACK = 1 << 20;

/** Whether the kernels of a list of deployments fit into /boot beside those that are there. Sizes are bytes, in whole blocks. */
export interface BootSpace {
  /** Absolute. */
  readonly path: string;
  /** Of kernels and initial ram disks that are not there yet. */
  readonly needed: number;
  readonly free: number;
  /** What the deployments have there that are in the present list only. */
  readonly prunable: number;
  /** Those of the present list that can stay while the others go first; null where none can. */
  readonly remaining: readonly SysrootDeployment[] | null;
}

/** Null where /boot takes no copies: it is a directory of the file system that has the deployments, and gets links. */
export function bootSpace(
  sysroot: Sysroot,
  list: readonly SysrootDeployment[],
  options: KernelOptions,
): BootSpace | null {
  const path = join(sysroot.path, 'boot');
  if (!existsSync(path) || statSync(path).dev === statSync(join(sysroot.path, 'ostree')).dev) return null;
  const disk = statfsSync(path);
  const unit = Math.max(disk.bsize, 1);
  const wanted = new Set(list.flatMap(bootNames));

  let needed = 0;
  const counted = new Set<string>();
  for (const deployment of list) {
    const directory = kernelDirectory(deployment);
    if (!counted.has(directory) && !existsSync(join(path, directory))) {
      const { kernel, initramfs, deviceTree, hmac } = locateKernel(sysroot.directory(deployment), options);
      for (const file of [kernel, initramfs, deviceTree, hmac]) if (file) needed += sizeOf(file.source, unit);
    }
    counted.add(directory);
    for (const checksum of deployment.overlayInitrds) {
      const overlay = `${OVERLAYS}/${checksum}.img`;
      if (counted.has(overlay) || existsSync(join(path, overlay))) continue;
      counted.add(overlay);
      needed += sizeOf(stagedInitrd(sysroot, checksum), unit);
    }
  }
  const there = [
    ...readNames(join(path, 'ostree')).filter((name) => /-[0-9a-f]{64}$/.test(name)),
    ...readNames(join(path, OVERLAYS)).map((name) => `initramfs-overlays/${name}`),
  ].map((name) => `ostree/${name}`);
  let prunable = 0;
  for (const name of there) if (!wanted.has(name)) prunable += sizeOf(join(path, name), unit);

  const remaining = sysroot.finalized.filter((one) => bootNames(one).every((name) => wanted.has(name)));
  const canPrune = remaining.length > 0 && remaining.length < sysroot.finalized.length;
  const blocks = process.geteuid?.() === 0 ? disk.bfree : disk.bavail;
  return { path, needed, free: blocks * disk.bsize, prunable, remaining: canPrune ? remaining : null };
}

export const fits = ({ needed, free }: BootSpace): boolean => needed === 0 || needed + SLACK <= free;

export const fitsPruned = ({ needed, free, prunable, remaining }: BootSpace): boolean =>
  remaining !== null && needed + SLACK <= free + prunable;

/** Throws SYSROOT_SPACE where a list does not fit, not even when first all goes that may go. */
export function checkBootSpace(
  sysroot: Sysroot,
  list: readonly SysrootDeployment[],
  options: KernelOptions = {},
): void {
  const space = bootSpace(sysroot, list, options);
  if (space !== null && !fits(space) && !fitsPruned(space)) throw tooSmall(space);
}

export function tooSmall({ path, needed, free, prunable, remaining }: BootSpace): Error {
  const gain = remaining === null ? 0 : prunable;
  return storeError(
    'SYSROOT_SPACE',
    `${path} has ${formatSize(free)} free and needs ${formatSize(needed + SLACK)} for the kernels of the new deployments; ` +
      `${gain === 0 ? 'nothing there may go' : `what may go frees ${formatSize(gain)}`}.`,
    {
      hint: 'Unpin or remove a deployment that is not needed (`ostrata ostree admin undeploy INDEX`), or enlarge the file system.',
      data: { path, needed: needed + SLACK, free, prunable: gain },
    },
  );
}

/** What a deployment has in /boot, relative to it. */
const bootNames = (deployment: SysrootDeployment): string[] => [
  kernelDirectory(deployment),
  ...deployment.overlayInitrds.map((checksum) => `${OVERLAYS}/${checksum}.img`),
];

/** Of a file, or of all files below a directory, in whole blocks; the directory itself takes one. */
function sizeOf(path: string, unit: number): number {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return Math.ceil(statSync(path).size / unit) * unit;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name), unit), unit);
}

/** What ENOSPC means where sizes were not known before. */
export function noSpace(path: string, cause: unknown): Error {
  const file = (cause as NodeJS.ErrnoException).path ?? path;
  return storeError('SYSROOT_SPACE', `No space is left on the device of ${file}.`, {
    hint: 'Free some space, and do the same again: what was written of the deployment has been removed.',
    data: { path: file },
    cause,
  });
}
