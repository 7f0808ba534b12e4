import { existsSync, mkdirSync, renameSync, statfsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf, storeError } from '../errors.ts';
import { fsyncPath, syncFileSystem } from '../repo/directory.ts';
import { removeTree } from '../repo/remove-tree.ts';
import { activate, announceActivation, checkFollows, completeActivation } from './activation.ts';
import { bootSerials, replaceLink, swapBootLinks, writeBootLinks } from './boot-links.ts';
import { type MenuWriter, menuEntry } from './boot-menu.ts';
import { bootSpace, fits, fitsPruned, noSpace, tooSmall } from './boot-space.ts';
import { removeOldKernels } from './cleanup.ts';
import { checkLinks, halfDeployment, readOnly } from './damage.ts';
import { isSame, type SysrootDeployment } from './deployment.ts';
import { discardStaged } from './discard.ts';
import { freezeAndThaw } from './freeze.ts';
import { NEXTROOT_BOOTED } from './run-state.ts';
import { isSameBoot } from './same-boot.ts';
import { Sysroot } from './sysroot.ts';
import { type EntryStyle, writeEntry } from './write-entries.ts';

export interface WriteOptions {
  /** Finds who writes a boot loader's configuration; null where the loader reads the entries itself. Asked only when a menu is written. */
  readonly writer: () => Promise<MenuWriter | null>;
  readonly style?: EntryStyle;
  /** Lets the watchdog of a frozen /boot run and then fails: what a test asks for. */
  readonly testFreeze?: boolean;
}

/** A list of deployments that is ready to become the current one. */
export interface PreparedSwap {
  /** Whether the boot menu was written anew, or only links have to change. */
  readonly swap: 'menu' | 'links' | 'none';
  /** The point of no return: one rename. Gives the sysroot as it is afterwards. */
  commit(): Promise<Sysroot>;
}

/** Prepares and swaps. */
export async function writeDeployments(
  before: Sysroot,
  wanted: readonly SysrootDeployment[],
  options: WriteOptions,
): Promise<Sysroot> {
  return (await prepareSwap(before, wanted, options)).commit();
}

/**
 * Writes all that makes a list of deployments the current one, in boot order, beside what is in use. All have been checked out before. A
 * staged deployment stays when it is the first of the list and is discarded with the swap otherwise. Where /boot is too small for the
 * kernels of both lists, those that go make room first, by a swap of their own. Throws SYSROOT_BOOTED for a list without the booted one,
 * SYSROOT_SPACE where there is no room even so.
 */
export async function prepareSwap(
  sysroot: Sysroot,
  wanted: readonly SysrootDeployment[],
  options: WriteOptions,
): Promise<PreparedSwap> {
  const list = wanted.filter(({ staged }) => !staged);
  checkList(sysroot, list);
  checkLinks(sysroot.path);
  await completeActivation(sysroot, options.writer);
  if (existsSync(join(sysroot.state.run, NEXTROOT_BOOTED))) {
    const { clearSoftReboot, softRebootTarget } = await import('./soft-reboot.ts');
    const target = softRebootTarget(sysroot);
    if (!wanted.some((one) => isSame(one, target))) clearSoftReboot(sysroot.state);
  }
  const before = await makeRoom(sysroot, list, options);
  try {
    return await prepareList(before, wanted, list, options);
  } catch (error) {
    if (errnoOf(error) === 'EROFS') throw readOnly(before.path, error);
    if (errnoOf(error) !== 'ENOSPC') throw error;
    removeOldKernels(before);
    throw noSpace(before.path, error);
  }
}

async function prepareList(
  before: Sysroot,
  wanted: readonly SysrootDeployment[],
  list: readonly SysrootDeployment[],
  options: WriteOptions,
): Promise<PreparedSwap> {
  const dropsStaged = before.staged !== null && !isSame(wanted[0], before.staged);
  const current = before.finalized;
  const isUnchanged = list.length === current.length && list.every((one, index) => isSameEntry(one, current[index]));
  const prepared = isUnchanged ? null : await prepare(before, list, options);
  return {
    swap: prepared?.swap ?? 'none',
    commit: async () => {
      await prepared?.commit();
      if (dropsStaged) discardStaged(before);
      if (prepared === null && !dropsStaged) return before;
      before.touch();
      return Sysroot.load(before.path, before.state);
    },
  };
}

/** What was read anew after room was made is another object, with the same entry. */
const isSameEntry = (a: SysrootDeployment, b: SysrootDeployment | undefined): boolean =>
  a === b || (isSame(a, b) && a.entry.toString() === b?.entry.toString());

/** Makes a list current that only lacks what is to go, where its kernels would leave no room for new ones. Gives the sysroot as it is then. */
async function makeRoom(sysroot: Sysroot, list: readonly SysrootDeployment[], options: WriteOptions): Promise<Sysroot> {
  let space = bootSpace(sysroot, list, options.style ?? {});
  if (space === null || fits(space)) return sysroot;
  // What runs left that were cut off goes for nothing.
  removeOldKernels(sysroot);
  space = bootSpace(sysroot, list, options.style ?? {});
  if (space === null || fits(space)) return sysroot;
  const { remaining } = space;
  if (remaining === null || !fitsPruned(space)) throw tooSmall(space);
  const staged = sysroot.staged === null ? [] : [sysroot.staged];
  const pruned = await (await prepareList(sysroot, [...staged, ...remaining], remaining, options)).commit();
  removeOldKernels(pruned);
  return pruned;
}

interface Swap {
  readonly swap: 'menu' | 'links';
  commit(): Promise<void>;
}

async function prepare(sysroot: Sysroot, list: readonly SysrootDeployment[], options: WriteOptions): Promise<Swap> {
  const current = sysroot.finalized;
  // Starts are counted by entries: a deployment that may fail needs one of its own.
  const isCounted = (options.style?.tries ?? 0) > 0;
  const keepsMenu =
    !isCounted &&
    list.length === current.length &&
    list.every((one, index) => isSameBoot(sysroot.repository, one, current[index]!));
  if (!keepsMenu) return prepareMenu(sysroot, list, options);
  const { boot } = sysroot.versions;
  const sub = writeBootLinks(sysroot, boot, list);
  syncAll(sysroot, options.testFreeze ?? false);
  return { swap: 'links', commit: async () => swapBootLinks(sysroot, boot, sub) };
}

function checkList(sysroot: Sysroot, list: readonly SysrootDeployment[]): void {
  if (sysroot.booted !== null && !list.some((one) => isSame(one, sysroot.booted))) {
    throw storeError('SYSROOT_BOOTED', 'Attempting to remove booted deployment', {
      hint: 'Boot another one first.',
      data: { deployment: sysroot.directory(sysroot.booted) },
    });
  }
  for (const deployment of list) {
    const path = sysroot.directory(deployment);
    if (!existsSync(path)) throw halfDeployment(path);
    fsyncPath(path);
  }
}

/** Writes the other `loader.N` whole, with the links that it names. */
async function prepareMenu(sysroot: Sysroot, list: readonly SysrootDeployment[], options: WriteOptions): Promise<Swap> {
  const boot = sysroot.versions.boot === 0 ? 1 : 0;
  const directory = join(sysroot.path, `boot/loader.${boot}`);
  const writer = await options.writer();
  const activates = (await writer?.activates(sysroot.path)) ?? false;
  if (!activates) checkFollows(sysroot, writer);
  removeTree(join(directory, 'entries'));
  mkdirSync(join(directory, 'entries'), { recursive: true, mode: 0o755 });

  const { style = {} } = options;
  const serials = bootSerials(list);
  const showStateroot = new Set(list.map(({ stateroot }) => stateroot)).size > 1;
  const entries = list.map((deployment, index) => {
    const place = {
      deployment,
      index,
      count: list.length,
      bootSerial: serials[index]!,
      showStateroot,
      style,
    };
    return writeEntry(sysroot, boot, place);
  });
  // Nothing boots by these links until the menu that names them is the current one.
  swapBootLinks(sysroot, boot, writeBootLinks(sysroot, boot, list));
  const menu = { sysroot: sysroot.path, directory, entries: entries.map(menuEntry) };
  await writer?.write(menu);
  announceActivation(directory, activates);

  linkBootToItself(sysroot);
  const link = join(sysroot.path, 'boot/loader.tmp');
  replaceLink(`loader.${boot}`, link);
  syncAll(sysroot, options.testFreeze ?? false);
  return {
    swap: 'menu',
    commit: async () => {
      renameSync(link, join(sysroot.path, 'boot/loader'));
      fsyncPath(join(sysroot.path, 'boot'));
      if (writer !== null && activates) await activate(menu, writer);
    },
  };
}

/** Entries name paths in /boot without and boot loaders with it, whether it is a file system of its own or not. */
function linkBootToItself(sysroot: Sysroot): void {
  try {
    symlinkSync('.', join(sysroot.path, 'boot/boot'));
  } catch (error) {
    const code = errnoOf(error);
    if (code !== 'EEXIST') throw error;
  }
}

/** f_type of XFS (statfs(2)). */
const XFS = 0x58465342;

/** Brings all that was written to the disk. Boot loaders cannot read the journal of XFS: there it has to be emptied. */
function syncAll(sysroot: Sysroot, testFreeze: boolean): void {
  const boot = join(sysroot.path, 'boot');
  syncFileSystem(sysroot.path);
  if (testFreeze || statfsSync(boot).type === XFS) freezeAndThaw(boot, { test: testFreeze });
  else syncFileSystem(boot);
}
