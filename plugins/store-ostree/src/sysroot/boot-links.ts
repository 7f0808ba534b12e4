import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fsyncPath } from '../repo/directory.ts';
import { removeTree } from '../repo/remove-tree.ts';
import { directoryOf, type SysrootDeployment } from './deployment.ts';
import { readSubVersion, type Sysroot } from './sysroot.ts';

/** Numbers the deployments of one boot checksum, in boot order: it tells their links apart. */
export function bootSerials(deployments: readonly SysrootDeployment[]): number[] {
  const counts = new Map<string, number>();
  return deployments.map(({ bootChecksum }) => {
    const serial = counts.get(bootChecksum) ?? 0;
    counts.set(bootChecksum, serial + 1);
    return serial;
  });
}

/** Makes the directory of links that the initramfs follows, beside the one in use. Gives its half: `boot.BOOT.SUB`. */
export function writeBootLinks(sysroot: Sysroot, boot: 0 | 1, deployments: readonly SysrootDeployment[]): 0 | 1 {
  const sub =
    (boot === sysroot.versions.boot ? sysroot.versions.sub : readSubVersion(sysroot.path, boot)) === 0 ? 1 : 0;
  const root = join(sysroot.path, 'ostree', `boot.${boot}.${sub}`);
  removeTree(root);
  mkdirSync(root, { mode: 0o755 });
  const serials = bootSerials(deployments);
  for (const [index, deployment] of deployments.entries()) {
    const link = join(root, deployment.stateroot, deployment.bootChecksum, String(serials[index]));
    mkdirSync(dirname(link), { recursive: true, mode: 0o755 });
    symlinkSync(`../../../${directoryOf(deployment).slice('ostree/'.length)}`, link);
  }
  return sub;
}

/** Makes those links current, in one step. */
export function swapBootLinks(sysroot: Sysroot, boot: 0 | 1, sub: 0 | 1): void {
  replaceLink(`boot.${boot}.${sub}`, join(sysroot.path, 'ostree', `boot.${boot}`));
  fsyncPath(join(sysroot.path, 'ostree'));
}

/** Puts a symbolic link in place of whatever link is there. */
export function replaceLink(target: string, path: string): void {
  const temporary = `${path}.tmp-link`;
  rmSync(temporary, { force: true });
  symlinkSync(target, temporary);
  renameSync(temporary, path);
}
