import type { Context } from '../context.ts';
import type { Deployment } from '../records/index.ts';
import { keyedCapability } from './token.ts';

/** Writes boot entries for one kind of boot loader. Keyed by id: `grub`, `systemd-boot`. */
export interface Bootloader {
  /** How sure it is that this sysroot boots by it: 0 (no) to 100. */
  probe(sysroot: string, ctx: Context): Promise<number>;
  /** Writes entries for the deployments, in boot order, so that the deployer's swap makes them current. */
  write(sysroot: string, deployments: readonly Deployment[], ctx: Context): Promise<void>;
  /** Ids of the deployments that its current entries start, in boot order. */
  current(sysroot: string): Promise<readonly string[]>;
}

export const BOOTLOADER = keyedCapability<Bootloader>('bootloader');
