import type { Extras } from './json.ts';

/** What shall boot. */
export interface BootTarget {
  readonly sysroot: string;
  readonly os: string;
  readonly commit: string;
  readonly kargs: readonly string[];
  /** Ids of overlay initrds. */
  readonly initrds: readonly string[];
  /** Contents of the origin file. */
  readonly origin: string;
  readonly stage: boolean;
  /** Keeps a staged one from being finished until somebody allows it. */
  readonly lock?: boolean;
  readonly extras: Extras;
}

/** A commit checked out below a stateroot, with what the boot loader needs to start it. */
export interface Deployment {
  /** `OS-CHECKSUM.SERIAL`, as rpm-ostree's status names it. */
  readonly id: string;
  readonly target: BootTarget;
  readonly serial: number;
  /** Digest of kernel, initramfs and device tree; entries that share it share a /boot directory. */
  readonly bootChecksum: string;
  /** Key of the bootloader that will start it. */
  readonly bootloader: string;
  readonly state: 'prepared' | 'staged' | 'active';
  /** The running system; absent for the others, and where nothing runs from the sysroot. */
  readonly booted?: true;
  /** Stays when others are cleaned up. */
  readonly pinned?: true;
  /** How it may be written to, where it may: `development`, `hotfix`, `transient`. */
  readonly unlocked?: string;
  /** Staged and kept from being finished. */
  readonly locked?: true;
}
