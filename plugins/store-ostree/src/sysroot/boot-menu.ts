import type { BootEntry } from '../codec/boot/boot-entry.ts';

/** A new boot menu, on its way to become the current one. */
export interface BootMenu {
  readonly sysroot: string;
  /** `/boot/loader.N`: becomes current with the swap, with all that is in it. */
  readonly directory: string;
  /** In boot order. */
  readonly entries: readonly BootEntry[];
}

/** Somebody who writes the configuration of a boot loader from a menu; entries as files are there already. */
export interface MenuWriter {
  readonly name: string;
  write(menu: BootMenu): Promise<void>;
}
