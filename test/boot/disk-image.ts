import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { shell, tool } from '../support/tools.ts';

/** Programs that {@link deployToDisk} needs. */
export const DISK_NEEDS = ['ostree', 'mkfs.ext4', 'root'];

/** A disk with a deployment, and what a boot loader would read from it. */
export interface BootDisk {
  readonly disk: string;
  readonly kernel: string;
  readonly initrd: string;
  readonly cmdline: string;
}

/** Deploys a commit with the real `ostree admin` on a new ext4 disk image. */
export function deployToDisk(repo: string, ref: string, work: string): BootDisk {
  const sysroot = join(work, 'sysroot');
  removeSysroot(sysroot);
  mkdirSync(sysroot, { recursive: true });
  const admin = (...args: string[]) => tool(['ostree', 'admin', ...args], { env: { OSTREE_SYSROOT: sysroot } });
  admin('init-fs', '--modern', sysroot);
  mkdirSync(join(sysroot, 'boot'), { recursive: true });
  admin('os-init', 'test', `--sysroot=${sysroot}`);
  tool(['ostree', `--repo=${join(sysroot, 'ostree/repo')}`, 'config', 'set', 'sysroot.bootloader', 'none']);
  tool(['ostree', `--repo=${join(sysroot, 'ostree/repo')}`, 'pull-local', repo, ref]);
  const kargs = ['root=LABEL=root', 'rw', 'console=ttyS0', 'systemd.show_status=1'].map((karg) => `--karg=${karg}`);
  admin('deploy', `--sysroot=${sysroot}`, '--os=test', ...kargs, ref);
  const entries = join(sysroot, 'boot/loader/entries');
  const entry = readFileSync(join(entries, readdirSync(entries)[0] as string), 'utf8');
  const field = (name: string) => new RegExp(`^${name} (.*)$`, 'm').exec(entry)?.[1] ?? '';
  const inBoot = (path: string) =>
    existsSync(join(sysroot, 'boot', path)) ? join(sysroot, 'boot', path) : join(sysroot, path);
  const [kernel, initrd] = [join(work, 'vmlinuz'), join(work, 'initrd')];
  tool(['cp', inBoot(field('linux')), kernel]);
  tool(['cp', inBoot(field('initrd')), initrd]);
  const disk = join(work, 'disk.img');
  // mke2fs copies the directory with owners, hard links and attributes: no loop device is needed.
  tool(['truncate', '-s', '2500M', disk]);
  tool(['mkfs.ext4', '-q', '-F', '-L', 'root', '-d', sysroot, disk]);
  removeSysroot(sysroot);
  return { disk, kernel, initrd, cmdline: field('options') };
}

/** Deployment roots carry the immutable attribute. */
function removeSysroot(sysroot: string): void {
  shell('chattr -f -i "$1"/ostree/deploy/*/deploy/*.0 || :; rm -rf "$1"', {}, [sysroot]);
}
