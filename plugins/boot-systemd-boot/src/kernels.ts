import { rmSync, statfsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { BootMenuEntry } from '@ostrata/contract';
import { espError } from './errors.ts';
import { copyToNew, fsyncPath, makeDirectory } from './fat.ts';
import { namesIn } from './find-partitions.ts';

/** A file of /boot that the boot loader needs on its partition. */
interface Copy {
  readonly source: string;
  /** Absolute. */
  readonly target: string;
  readonly size: number;
}

/** The entry as the partition has it. Directories of device trees are left out: systemd-boot knows none. */
export function place(entry: BootMenuEntry): BootMenuEntry {
  return {
    ...entry,
    linux: onFat(entry.linux),
    initrds: entry.initrds.map(onFat),
    deviceTree: entry.deviceTree === null ? null : onFat(entry.deviceTree),
  };
}

/** What FAT allows in no name; what is told apart by it is by a checksum as well. */
const onFat = (path: string): string => path.replace(/["*:<>?|\\]/g, '_').replace(/[. ]+(?=\/|$)/g, '_');

/** The files that a menu needs and the partition lacks. Throws ESP_SOURCE. */
export function missingFiles(sysroot: string, boot: string, entries: readonly BootMenuEntry[]): Copy[] {
  const found = new Map<string, Copy>();
  for (const { linux, initrds, deviceTree } of entries) {
    for (const path of [linux, ...initrds, ...(deviceTree === null ? [] : [deviceTree])]) {
      const source = join(sysroot, 'boot', path);
      const target = join(boot, onFat(path));
      // Where /boot is the partition itself its files are in place.
      if (source === target || found.has(target)) continue;
      const size = sizeOf(source);
      if (size === undefined) {
        throw espError('ESP_SOURCE', `A boot entry names ${source}, which is not there.`, {
          hint: 'Deploy again: kernels are put into /boot with their entries.',
          data: { path: source },
        });
      }
      // A file has its name once it is whole, so that another size is damage.
      if (sizeOf(target) !== size) found.set(target, { source, target, size });
    }
  }
  return [...found.values()];
}

/** Throws ESP_SPACE when files do not fit. */
export function checkSpace(boot: string, files: readonly { readonly size: number }[], entries: number): void {
  const { bavail, bsize } = statfsSync(boot);
  const available = bavail * bsize;
  const clusters = files.reduce((sum, { size }) => sum + Math.ceil(size / bsize), 0);
  const needed = (clusters + DIRECTORIES + entries) * bsize;
  if (needed <= available) return;
  throw espError(
    'ESP_SPACE',
    `${boot} has ${mebibytes(available)} MiB left, and a new kernel with its initial ram disks needs ${mebibytes(needed)} MiB.`,
    {
      hint: 'Remove an old deployment, or what others left there. Nothing was changed.',
      data: { path: boot, available, needed },
    },
  );
}

/** Clusters for directories that are new or grow. */
const DIRECTORIES = 4;

const mebibytes = (bytes: number): string => (bytes / (1 << 20)).toFixed(1);

export function copyFiles(boot: string, files: readonly Copy[], signal: AbortSignal): void {
  for (const { source, target } of files) {
    signal.throwIfAborted();
    makeDirectory(boot, dirname(target).slice(boot.length));
    rmSync(target, { force: true });
    copyToNew(source, target);
  }
}

/** Removes kernels and initial ram disks of ours that no path of a list is of. */
export function removeUnused(boot: string, used: readonly string[]): void {
  const wanted = new Set(used.map((path) => path.replace(/\\/g, '/').toLowerCase()));
  const root = join(boot, 'ostree');
  let isChanged = false;
  for (const directory of namesIn(root)) {
    if (!/-[0-9a-f]{64}$/.test(directory) && directory !== 'initramfs-overlays') continue;
    const names = namesIn(join(root, directory));
    const unused = names.filter((name) => !wanted.has(`/ostree/${directory}/${name}`.toLowerCase()));
    isChanged ||= unused.length > 0 || names.length === 0;
    if (unused.length === names.length) rmSync(join(root, directory), { recursive: true });
    else for (const name of unused) rmSync(join(root, directory, name), { recursive: true });
  }
  if (isChanged) fsyncPath(root);
}

const sizeOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.size;
