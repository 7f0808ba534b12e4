import type { BootEntry } from '../codec/boot/boot-entry.ts';
import type { Checksum } from '../codec/checksum.ts';
import { storeError } from '../errors.ts';
import type { KeyFile } from '../repo/key-file.ts';

/** How a deployment may be written to: by `unlock`. */
export type Unlocked = 'none' | 'development' | 'hotfix' | 'transient';

/** A commit checked out below a stateroot, as a sysroot has it. */
export interface SysrootDeployment {
  readonly stateroot: string;
  readonly commit: Checksum;
  /** Tells deployments of one commit apart: the directory is `COMMIT.SERIAL`. */
  readonly serial: number;
  /** Digest of kernel, initramfs and device trees: deployments that share it share a directory in /boot. */
  readonly bootChecksum: string;
  /** Null where it has no origin file. */
  readonly origin: KeyFile | null;
  readonly entry: BootEntry;
  /** sha256 of the initial ram disks laid over the one of the tree. */
  readonly overlayInitrds: readonly string[];
  readonly unlocked: Unlocked;
  /** Is to be completed at shutdown. */
  readonly staged: boolean;
}

export const directoryName = ({ commit, serial }: { commit: Checksum; serial: number }): string =>
  `${commit}.${serial}`;

/** Path of a deployment's directory, relative to the sysroot. */
export function directoryOf(deployment: { stateroot: string; commit: Checksum; serial: number }): string {
  return `ostree/deploy/${deployment.stateroot}/deploy/${directoryName(deployment)}`;
}

export const originPathOf = (deployment: { stateroot: string; commit: Checksum; serial: number }): string =>
  `${directoryOf(deployment)}.origin`;

export const isPinned = ({ origin }: SysrootDeployment): boolean =>
  origin?.get('libostree-transient', 'pinned') === 'true';

export function isSame(a: SysrootDeployment | null | undefined, b: SysrootDeployment | null | undefined): boolean {
  return !!a && !!b && a.stateroot === b.stateroot && a.commit === b.commit && a.serial === b.serial;
}

/** Takes the name of a deployment's directory apart. Throws SYSROOT_INVALID. */
export function parseDirectoryName(name: string): { readonly commit: Checksum; readonly serial: number } {
  const match = /^([0-9a-f]{64})\.(\d{1,9})$/.exec(name);
  if (match) return { commit: match[1]!, serial: Number(match[2]) };
  throw storeError('SYSROOT_INVALID', `Invalid deploy name '${name}', expected CHECKSUM.TREESERIAL`, {
    hint: 'Something that is no deployment is where deployments are; move it away.',
    data: { name },
  });
}

/** The value of a kernel argument `ostree=`: where the initramfs finds the deployment. */
export interface BootLink {
  readonly bootVersion: 0 | 1;
  readonly stateroot: string;
  readonly bootChecksum: string;
  readonly bootSerial: number;
}

/** Throws SYSROOT_INVALID. */
export function parseBootLink(text: string): BootLink {
  const match = /^\/ostree\/boot\.([01])\/([^/]+)\/([^/]+)\/(\d{1,9})$/.exec(text);
  if (match && match[2] !== '..' && match[3] !== '..' && match[2] !== '.' && match[3] !== '.') {
    return {
      bootVersion: match[1] === '1' ? 1 : 0,
      stateroot: match[2]!,
      bootChecksum: match[3]!,
      bootSerial: Number(match[4]),
    };
  }
  throw storeError(
    'SYSROOT_INVALID',
    `Invalid ostree= argument '${text}', expected ostree=/ostree/boot.BOOTVERSION/OSNAME/BOOTCSUM/TREESERIAL`,
    { hint: 'Correct the boot entry, or remove it.', data: { argument: text } },
  );
}

export const formatBootLink = ({ bootVersion, stateroot, bootChecksum, bootSerial }: BootLink): string =>
  `/ostree/boot.${bootVersion}/${stateroot}/${bootChecksum}/${bootSerial}`;
