import type { Context } from '../context.ts';
import { keyedCapability } from './token.ts';

/**
 * One choice of a boot menu, in the terms of the Boot Loader Specification (type #1). Paths begin with a slash and are relative to
 * `/boot` of the sysroot, whether that is a file system of its own or not; `/boot/boot` leads back to it.
 */
export interface BootMenuEntry {
  readonly title: string;
  /** Sorts entries: higher ones come first. */
  readonly version: string;
  readonly linux: string;
  /** In the order in which they are loaded. */
  readonly initrds: readonly string[];
  /** Kernel command line. */
  readonly options: string;
  readonly deviceTree: string | null;
  /** A directory of device trees, from which the loader chooses. */
  readonly deviceTreeDirectory: string | null;
  /**
   * How often it may still be started before the next one is preferred, and how often that failed; null when that is not counted. It is what
   * the entry's file is called: a loader that has files of its own knows later counts.
   */
  readonly tries: { readonly left: number; readonly failed: number } | null;
  /** Keys of the entry besides these. */
  readonly extra: { readonly [key: string]: string };
}

/** A new boot menu on its way to become the current one. */
export interface BootMenu {
  readonly sysroot: string;
  /**
   * `/boot/loader.N` of the sysroot, absolute. It is not in use yet and becomes `/boot/loader` with the swap, in one rename, with all that
   * is in it. Its `entries/` has each entry as a file already.
   */
  readonly directory: string;
  /** In boot order, the default first. */
  readonly entries: readonly BootMenuEntry[];
}

/** Knows the configuration of one boot loader. Keyed by id: `grub`, `systemd-boot`. */
export interface Bootloader {
  /** How sure it is that this sysroot boots by it: 0 (no) to 100. */
  probe(sysroot: string, ctx: Context): Promise<number>;
  /**
   * Writes the loader's configuration for a menu: into `menu.directory`, so that the swap makes it current, or elsewhere, such that it
   * changes nothing before `activate`. Called when kernels and entries are in /boot; may be called again after a crash.
   */
  write(menu: BootMenu, ctx: Context): Promise<void>;
  /**
   * For loaders that read nothing below `/boot/loader`: makes what `write` wrote the current one, in one step. Called right after the swap
   * of `/boot/loader`, again until it succeeds, and for a menu that is the current one, where it has nothing to do. Until it has
   * returned the deployments of the menu before can be started as well.
   */
  activate?(menu: BootMenu, ctx: Context): Promise<void>;
  /**
   * The running system, by its kernel command line, works: where the loader counts how often it was started, it stops. Nothing to do where
   * it does not count.
   */
  markGood?(sysroot: string, options: string, ctx: Context): Promise<void>;
  /** The kernel command lines of what it would start now, in the order of its menu. */
  current(sysroot: string): Promise<readonly string[]>;
}

export const BOOTLOADER = keyedCapability<Bootloader>('bootloader');
