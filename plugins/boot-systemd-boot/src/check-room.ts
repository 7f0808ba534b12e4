import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployment } from '@ostrata/contract';
import type { SystemdBootConfig } from './config.schema.ts';
import { neededFiles } from './entries.ts';
import { findPartitions, namesIn } from './find-partitions.ts';
import { checkSpace, removeUnused } from './kernels.ts';

/**
 * Whether the kernel of a deployment fits, as soon as it is checked out: one that waits for shutdown would fail when nobody looks. Throws
 * ESP_SPACE.
 */
export function checkRoom({ target, serial, bootChecksum }: Deployment, config: SystemdBootConfig): void {
  const boot = findPartitions(target.sysroot, config)?.boot;
  if (boot === undefined || namesIn(join(boot, 'ostree')).some((name) => name.endsWith(`-${bootChecksum}`))) return;
  const name = `ostree/deploy/${target.os}/deploy/${target.commit}.${serial}`;
  const modules = join(target.sysroot, name, 'usr/lib/modules');
  const files = namesIn(modules).flatMap((version) =>
    ['vmlinuz', 'initramfs.img', 'devicetree'].flatMap(
      (file) => statSync(join(modules, version, file), { throwIfNoEntry: false }) ?? [],
    ),
  );
  // What a run left that was cut off goes for nothing.
  removeUnused(boot, neededFiles(boot));
  checkSpace(boot, files, 1);
}
