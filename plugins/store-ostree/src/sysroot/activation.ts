import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { storeError } from '../errors.ts';
import { fsyncPath } from '../repo/directory.ts';
import { type MenuWriter, menuEntry } from './boot-menu.ts';
import type { SysrootDeployment } from './deployment.ts';
import type { Sysroot } from './sysroot.ts';

/**
 * A boot loader that reads nothing below /boot/loader learns of a menu after the swap. As long as this file is in the current menu, it may
 * still start what the menu before had: its links and deployments stay.
 */
const MARK = 'activating';

const markOf = ({ path, versions }: Sysroot): string => join(path, `boot/loader.${versions.boot}`, MARK);

/** Marks a menu that is not in use yet, or takes the mark of an earlier one away. */
export function announceActivation(directory: string, isWanted: boolean): void {
  if (isWanted) writeFileSync(join(directory, MARK), '', { flush: true });
  else rmSync(join(directory, MARK), { force: true });
}

/** Whether a run was cut off between the swap and the boot loader's own. */
export const isActivating = (sysroot: Sysroot): boolean => existsSync(markOf(sysroot));

/** Completes what such a run began: without that nothing of the menu before may be changed. */
export async function completeActivation(sysroot: Sysroot, writer: () => Promise<MenuWriter | null>): Promise<void> {
  if (!isActivating(sysroot)) return;
  const directory = join(sysroot.path, `boot/loader.${sysroot.versions.boot}`);
  const known = await writer();
  if (known !== null && !(await known.activates(sysroot.path))) {
    throw storeError(
      'SYSROOT_INVALID',
      `The boot loader of ${sysroot.path} has not taken over its menu, and is not found.`,
      {
        hint: 'Mount its partition, and enable the plugin for it: an earlier change was cut off before it was complete.',
        data: { path: markOf(sysroot) },
      },
    );
  }
  const menu = { sysroot: sysroot.path, directory, entries: menuOf(sysroot.finalized) };
  await activate(menu, known);
}

/** Has the boot loader take over the menu that is the current one now. */
export async function activate(menu: Parameters<MenuWriter['activate']>[0], writer: MenuWriter | null): Promise<void> {
  await writer?.activate(menu);
  rmSync(join(menu.directory, MARK), { force: true });
  fsyncPath(menu.directory);
}

const menuOf = (deployments: readonly SysrootDeployment[]) => deployments.map(({ entry }) => menuEntry(entry));
