import { createHash, hash } from 'node:crypto';
import type { Kernel, ReadonlyTree } from '@ostrata/contract';
import { names } from '../kernel.ts';
import { idsOf } from '../tree-paths.ts';

/** Raise it when what is done with the same inputs changes. */
const FORMAT = 1;

/** What dracut and its modules read and do not copy as it is: their code, their configuration, what they take values from. */
const READ = [
  'usr/lib/dracut',
  ...[
    'dracut.conf',
    'dracut.conf.d',
    'cmdline.d',
    'modprobe.d',
    'modules-load.d',
    'sysctl.d',
    'udev',
    'ld.so.conf',
  ].map((n) => `etc/${n}`),
  ...['ld.so.conf.d', 'ld.so.cache', 'os-release', 'initrd-release', 'passwd', 'group', 'shadow', 'nsswitch.conf'].map(
    (n) => `etc/${n}`,
  ),
  ...['fstab', 'crypttab', 'mdadm.conf', 'lvm', 'multipath.conf', 'vconsole.conf', 'locale.conf', 'hostname'].map(
    (n) => `etc/${n}`,
  ),
  ...['plymouth', 'selinux/config', 'systemd', 'crypto-policies'].map((n) => `etc/${n}`),
  ...['os-release', 'initrd-release', 'modprobe.d', 'modules-load.d', 'sysctl.d', 'sysusers.d', 'tmpfiles.d'].map(
    (n) => `usr/lib/${n}`,
  ),
  ...['udev', 'plymouth', 'fips'].map((n) => `usr/lib/${n}`),
  ...['plymouth', 'dracut'].flatMap((n) => [`usr/libexec/${n}`, `usr/share/${n}`]),
];

/** Programs whose version shows in the bytes of an image. */
const PROGRAMS = [
  'dracut',
  'cpio',
  '3cpio',
  'gzip',
  'pigz',
  'zstd',
  'xz',
  'lz4',
  'lzop',
  'bzip2',
  'lbzip2',
  'bash',
  'kmod',
  'depmod',
  'ldconfig',
];
const MORE_PROGRAMS = [
  'strip',
  'eu-strip',
  'mksquashfs',
  'systemd-hwdb',
  'udevadm',
  'systemctl',
  'systemd-sysusers',
  'fipscheck',
  'sha512hmac',
];

/** Directories in which dracut's modules look whether a file is there, and the linker for libraries. */
const LOOKED_INTO = [
  'etc',
  'usr/bin',
  'usr/sbin',
  'usr/lib',
  'usr/lib32',
  'usr/lib64',
  'usr/libexec',
  'usr/share/dracut',
];
/** Large parts of those that hold nothing for an initramfs; the kernel's modules are in the key by content. */
const NOT_LOOKED_INTO =
  /^usr\/lib\/(?:modules|ostree-boot|sysimage|rpm|rpm-ostree|locale|debug|\.build-id|python[\d.]*|gcc|node_modules)$/;

/** Digest of everything that can be known to matter before dracut has run. */
export function baseKey(tree: ReadonlyTree, kernel: Kernel, args: readonly string[]): string {
  const inputs = {
    format: FORMAT,
    args,
    kernel: [kernel.version, modulesId(tree, kernel)],
    read: READ.map((path) => idsOf(tree, path, 'content')),
    programs: [...PROGRAMS, ...MORE_PROGRAMS].map((name) => [
      idsOf(tree, `usr/bin/${name}`, 'content'),
      idsOf(tree, `usr/sbin/${name}`, 'content'),
    ]),
    names: namesDigest(tree),
  };
  return hash('sha256', JSON.stringify(inputs));
}

/**
 * Digest of the state of the paths that an image made of these inputs is known to contain. What is in a directory that a link of the image
 * leads to (`lib`) is there by its own path.
 */
export function fullKey(tree: ReadonlyTree, base: string, paths: readonly string[]): string {
  return hash('sha256', JSON.stringify([base, paths.map((path) => idsOf(tree, path, 'existence'))]));
}

/** The kernel's directory without the image that is to be made. */
function modulesId(tree: ReadonlyTree, { directory }: Kernel): readonly (readonly string[])[] {
  return names(tree, directory)
    .filter((name) => name !== 'initramfs.img')
    .map((name) => [name, ...idsOf(tree, `${directory}/${name}`, 'content')]);
}

function namesDigest(tree: ReadonlyTree): string {
  const digest = createHash('sha256');
  const visit = (directory: string): void => {
    for (const [path, entry] of children(tree, directory)) {
      digest.update(`${path}\0${entry}\0`);
      if (entry === 'directory' && !NOT_LOOKED_INTO.test(path)) visit(path);
    }
  };
  for (const directory of LOOKED_INTO) visit(directory);
  return digest.digest('hex');
}

function* children(tree: ReadonlyTree, directory: string): Iterable<readonly [string, string]> {
  for (const name of names(tree, directory)) {
    const path = `${directory}/${name}`;
    const entry = tree.lookup(path);
    if (entry !== undefined) yield [path, entry.type];
  }
}
