import type { Bootloader, BootMenu, BootMenuEntry, Context } from '@ostrata/contract';
import type { BootEntry } from '../codec/boot/boot-entry.ts';

/** Somebody who writes the configuration of a boot loader from a menu; entries as files are there already. */
export interface MenuWriter {
  write(menu: BootMenu): Promise<void>;
  /** Whether the loader has to be told of a menu after the swap: it does not follow `/boot/loader`. */
  activates(sysroot: string): Promise<boolean>;
  /**
   * Makes what was written the current one, for loaders that do not follow the swap of `/boot/loader`; may be asked again. Gives whether the loader
   * starts it now and did not before: then it has a menu of its own.
   */
  activate(menu: BootMenu): Promise<boolean>;
  /** Whether what the loader starts now is this menu. */
  isCurrent(menu: BootMenu): Promise<boolean>;
}

/** What `MenuWriter.activate` does, by a loader. */
export async function activateMenu(bootloader: Bootloader, menu: BootMenu, ctx: Context): Promise<boolean> {
  if (bootloader.activate === undefined) return false;
  const isThere = await showsMenu(bootloader, menu);
  await bootloader.activate(menu, ctx);
  return !isThere && (await showsMenu(bootloader, menu));
}

/** Whether what a loader starts now is a menu: counted starts may have put that in another order. */
export async function showsMenu(bootloader: Bootloader, { sysroot, entries }: BootMenu): Promise<boolean> {
  const plain = (lines: readonly string[]) => lines.map((line) => line.trim().split(/\s+/).join(' ')).sort();
  const wanted = plain(entries.map(({ options }) => options));
  const found = plain(await bootloader.current(sysroot));
  return wanted.length === found.length && wanted.every((line, index) => line === found[index]);
}

/** An entry in the terms of the contract. */
export function menuEntry(entry: BootEntry): BootMenuEntry {
  const [initrd, deviceTree, directory] = ['initrd', 'devicetree', 'fdtdir'].map((key) => entry.get(key));
  return {
    title: entry.get('title') ?? '(Untitled)',
    version: entry.get('version') ?? '0',
    linux: inBoot(entry.get('linux') ?? ''),
    initrds: initrd === undefined ? [] : [initrd, ...entry.overlays].map(inBoot),
    options: entry.get('options') ?? '',
    deviceTree: deviceTree === undefined ? null : inBoot(deviceTree),
    deviceTreeDirectory: directory === undefined ? null : inBoot(directory),
    tries: triesOf(entry.name ?? ''),
    extra: entry.others,
  };
}

/** The counters in the name of an entry's file (Boot Loader Specification, "Boot counting"). */
function triesOf(name: string): BootMenuEntry['tries'] {
  const match = /\+(\d+)(?:-(\d+))?\.conf$/.exec(name);
  return match && { left: Number(match[1]), failed: Number(match[2] ?? 0) };
}

/** Entries may name paths from the root (`sysroot.bootprefix`). */
const inBoot = (path: string): string => (path.startsWith('/boot/') ? path.slice('/boot'.length) : path);
