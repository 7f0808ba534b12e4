import type { Context } from '../context.ts';
import type { BootTarget, Deployment } from '../records/index.ts';
import type { Bootloader } from './bootloader.ts';
import { capability } from './token.ts';

/** Turns commits into deployments below a sysroot. One writer at a time, under the lock that libostree uses. */
export interface Deployer {
  /** In boot order, the default first. */
  list(sysroot: string): Promise<readonly Deployment[]>;
  /**
   * Lets this process write to a running system that is mounted read-only. Called by whoever is going to change it, before anything is begun
   * or said: the process may start anew. Nothing happens elsewhere.
   */
  makeWritable?(sysroot: string): void;
  /** Checks the commit out beside the others, with its origin; reversible. */
  prepare(target: BootTarget, bootloader: string, ctx: Context): Promise<Deployment>;
  /** Removes what `prepare` made. */
  discard(deployment: Deployment, ctx: Context): Promise<void>;
  /** Leaves it for shutdown. */
  stage(deployment: Deployment, ctx: Context): Promise<Deployment>;
  /** Merges the running system's /etc into it. */
  mergeEtc(deployment: Deployment, ctx: Context): Promise<void>;
  /**
   * Writes the boot menu in which it is the default beside the one in use: kernels, entries, and by the boot loader its configuration.
   * Changes nothing of what boots; may be done again after a crash.
   */
  arrange(deployment: Deployment, bootloader: Bootloader, ctx: Context): Promise<void>;
  /** The point of no return: makes what `arrange` wrote the current menu, in one rename. Arranges first where a crash undid that. */
  swap(deployment: Deployment, bootloader: Bootloader, ctx: Context): Promise<Deployment>;
  /**
   * Makes these the deployments, in this order, the default first; the others go. In one rename, as `swap`; changes nothing when it
   * fails. The running one must be among them.
   */
  reorder(sysroot: string, order: readonly string[], bootloader: Bootloader, ctx: Context): Promise<void>;
  /** Keeps a deployment when others are cleaned up, or no more. */
  pin(deployment: Deployment, pinned: boolean, ctx: Context): Promise<void>;
  /** Keeps the staged deployment from being finished at shutdown, or allows it. */
  lockStaged(sysroot: string, locked: boolean, ctx: Context): Promise<void>;
  /** Removes what nothing refers to. */
  cleanup(sysroot: string, ctx: Context): Promise<void>;
}

export const DEPLOYER = capability<Deployer>('deployer');
