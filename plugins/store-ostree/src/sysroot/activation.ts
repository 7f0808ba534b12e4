import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BootMenu } from '@ostrata/contract';
import { errnoOf, storeError } from '../errors.ts';
import { fsyncPath, readNames } from '../repo/directory.ts';
import { replaceFile } from '../repo/replace-file.ts';
import { type MenuWriter, menuEntry } from './boot-menu.ts';
import type { Sysroot } from './sysroot.ts';

/**
 * A boot loader that reads nothing below /boot/loader learns of a menu after the swap. As long as this file is in the current menu, it may
 * still start what the menu before had: its links and deployments stay.
 */
const MARK = 'activating';
/**
 * The digest of the menu that such a loader took over last: another program, which knows nothing of the loader, may have written a newer one.
 * libostree leaves files in this directory alone. Absent where loaders follow /boot/loader.
 */
const TAKEN = 'boot/ostree/menu-taken-over';

const directoryOf = ({ path, versions }: Sysroot): string => join(path, `boot/loader.${versions.boot}`);
const markOf = (sysroot: Sysroot): string => join(directoryOf(sysroot), MARK);

/** Marks a menu that is not in use yet, or takes the mark of an earlier one away. */
export function announceActivation(directory: string, isWanted: boolean): void {
  if (isWanted) writeFileSync(join(directory, MARK), '', { flush: true });
  else rmSync(join(directory, MARK), { force: true });
}

/** Whether the boot loader may start what is not in the current menu: a run was cut off before it took that over, or another program wrote it. */
export function isBehind(sysroot: Sysroot): boolean {
  if (existsSync(markOf(sysroot))) return true;
  const taken = readTaken(sysroot.path);
  return taken !== undefined && taken !== digestOf(directoryOf(sysroot));
}

/** Brings a boot loader up to date that is behind: without that nothing of the menu before may be changed. */
export async function completeActivation(sysroot: Sysroot, writer: () => Promise<MenuWriter | null>): Promise<void> {
  if (!isBehind(sysroot)) return;
  const known = await writer();
  if (known === null) return forget(sysroot);
  if (!(await known.activates(sysroot.path))) throw loaderMissing(sysroot.path);
  await takeOver(sysroot, known);
}

/** Has a loader with a menu of its own take over the current one, if it has another: another program wrote that. */
export async function takeOverForeign(sysroot: Sysroot, writer: MenuWriter): Promise<void> {
  if (readTaken(sysroot.path) === digestOf(directoryOf(sysroot))) return;
  if (!(await writer.isCurrent(menuOf(sysroot)))) await takeOver(sysroot, writer);
}

/** The same whatever it has; nothing happens for other loaders, and without deployments. */
export async function takeOver(sysroot: Sysroot, writer: MenuWriter): Promise<void> {
  if (sysroot.finalized.length === 0 || !(await writer.activates(sysroot.path))) return;
  await activate(menuOf(sysroot), writer);
}

const menuOf = (sysroot: Sysroot): BootMenu => ({
  sysroot: sysroot.path,
  directory: directoryOf(sysroot),
  entries: sysroot.finalized.map(({ entry }) => menuEntry(entry)),
});

/** Has the boot loader take over the menu that is the current one now. */
export async function activate(menu: BootMenu, writer: MenuWriter): Promise<void> {
  const tookOver = await writer.activate(menu);
  const isOwn = tookOver || readTaken(menu.sysroot) !== undefined;
  const digest = digestOf(menu.directory);
  if (isOwn && readTaken(menu.sysroot) !== digest) replaceFile(join(menu.sysroot, TAKEN), `${digest}\n`);
  rmSync(join(menu.directory, MARK), { force: true });
  fsyncPath(menu.directory);
}

/** Throws SYSROOT_INVALID where a menu would be written for a loader that follows it, and the system was started by one that does not. */
export function checkFollows(sysroot: Sysroot, writer: MenuWriter | null): void {
  if (writer !== null && readTaken(sysroot.path) !== undefined) throw loaderMissing(sysroot.path);
}

/** Nobody writes menus here any more, as the configuration says. */
function forget(sysroot: Sysroot): void {
  rmSync(markOf(sysroot), { force: true });
  rmSync(join(sysroot.path, TAKEN), { force: true });
}

function readTaken(sysroot: string): string | undefined {
  try {
    return readFileSync(join(sysroot, TAKEN), 'utf8').trim();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Of all that the entries of a menu say. */
function digestOf(directory: string): string {
  const entries = join(directory, 'entries');
  const names = readNames(entries).filter((name) => /^ostree-.*\.conf$/.test(name));
  const texts = names.map((name) => readFileSync(join(entries, name), 'utf8')).sort();
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex');
}

function loaderMissing(sysroot: string): Error {
  const path = join(sysroot, TAKEN);
  return storeError(
    'SYSROOT_INVALID',
    `The boot loader of ${sysroot}, which keeps a boot menu of its own, is not found.`,
    {
      hint: `Mount its partition, and enable the plugin for it. If the system is started by another one now, remove ${path}.`,
      data: { path },
    },
  );
}
