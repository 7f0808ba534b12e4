import { createHash, type Hash } from 'node:crypto';
import { closeSync, existsSync, lstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { storeError } from '../errors.ts';
import { readNames } from '../repo/directory.ts';

/** What a boot loader starts of a tree, where it is there and what it is called in /boot. */
export interface KernelFiles {
  readonly kernel: BootFile;
  readonly initramfs: BootFile | null;
  /** One device tree, or a directory of them. */
  readonly deviceTree: (BootFile & { readonly isDirectory: boolean }) | null;
  /** Checksum of the kernel for FIPS mode. */
  readonly hmac: BootFile | null;
}

export interface KernelLayout extends KernelFiles {
  /** Digest of kernel, initramfs and device trees, in that order (get_kernel_from_tree in ostree-sysroot-deploy.c). */
  readonly bootChecksum: string;
}

export interface BootFile {
  /** Absolute. */
  readonly source: string;
  /** Name in the directory of /boot. */
  readonly name: string;
}

export interface KernelOptions {
  /** Leaves device trees out, for machines that have their own. */
  readonly ignoreDeviceTrees?: boolean;
}

/** Finds the kernel of a tree, and its boot checksum, for which all of it is read. Throws SYSROOT_KERNEL as `locateKernel` does. */
export function findKernel(root: string, options: KernelOptions = {}): KernelLayout {
  const { checksum, ...files } = locate(root, options);
  return { ...files, bootChecksum: checksum ?? bootChecksumOf(files) };
}

/** Finds the kernel of a tree. Throws SYSROOT_KERNEL where there is none or more than one. */
export function locateKernel(root: string, options: KernelOptions = {}): KernelFiles {
  return locate(root, options);
}

/** The boot checksum is in the names of old trees' files; null where it has to be computed. */
type Located = KernelFiles & { readonly checksum: string | null };

function locate(root: string, options: KernelOptions): Located {
  const modules = inModules(root, options.ignoreDeviceTrees ?? false);
  const legacy = modules?.initramfs ? null : inLegacyPlaces(root);
  // What has an initramfs wins, since older composes put it beside the copy of the kernel only.
  if (modules && !legacy?.initramfs) return modules;
  if (legacy) return legacy;
  throw storeError('SYSROOT_KERNEL', 'Failed to find kernel in /usr/lib/modules, /usr/lib/ostree-boot or /boot', {
    hint: 'An image that boots has a kernel at usr/lib/modules/VERSION/vmlinuz.',
    data: { root },
  });
}

function inModules(root: string, ignoreDeviceTrees: boolean): Located | null {
  const modules = join(root, 'usr/lib/modules');
  const versions = readNames(modules).filter((name) => existsSync(join(modules, name, 'vmlinuz')));
  const [version] = versions;
  if (version === undefined) return null;
  if (versions.length > 1) {
    throw storeError('SYSROOT_KERNEL', `Multiple kernels found in /usr/lib/modules: ${versions.sort().join(', ')}.`, {
      hint: 'An image has exactly one; leave the others out of it.',
      data: { root, versions },
    });
  }
  const directory = join(modules, version);
  const take = (name: string, target: string): BootFile | null => {
    const source = join(directory, name);
    return statSync(source, { throwIfNoEntry: false })?.isFile() ? { source, name: target } : null;
  };
  const kernel = take('vmlinuz', `vmlinuz-${version}`);
  if (kernel === null) {
    throw storeError('SYSROOT_KERNEL', `The kernel ${directory}/vmlinuz is no file.`, {
      hint: 'An image that boots has a kernel at usr/lib/modules/VERSION/vmlinuz.',
      data: { root, path: `${directory}/vmlinuz` },
    });
  }
  return {
    checksum: null,
    kernel,
    initramfs: take('initramfs.img', `initramfs-${version}.img`) ?? take('initramfs', `initramfs-${version}.img`),
    deviceTree: ignoreDeviceTrees ? null : findDeviceTree(directory, take('devicetree', `devicetree-${version}`)),
    hmac: take('.vmlinuz.hmac', `.${kernel.name}.hmac`),
  };
}

function findDeviceTree(directory: string, file: BootFile | null): KernelFiles['deviceTree'] {
  if (file !== null) return { ...file, isDirectory: false };
  const source = join(directory, 'dtb');
  if (!lstatSync(source, { throwIfNoEntry: false })?.isDirectory()) return null;
  return { source, name: 'dtb', isDirectory: true };
}

function bootChecksumOf({ kernel, initramfs, deviceTree }: KernelFiles): string {
  const hash = createHash('sha256');
  hashFile(hash, kernel.source);
  if (initramfs) hashFile(hash, initramfs.source);
  if (deviceTree?.isDirectory) hashDirectory(hash, deviceTree.source);
  else if (deviceTree) hashFile(hash, deviceTree.source);
  return hash.digest('hex');
}

/** The contents of all files below a directory in the order of their names (checksum_dir_recurse): names count for nothing. */
function hashDirectory(hash: Hash, path: string): void {
  for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) hashDirectory(hash, child);
    else hashFile(hash, child);
  }
}

const CHUNK = 1 << 20;

function hashFile(hash: Hash, path: string): void {
  const fd = openSync(path, 'r');
  const buffer = Buffer.allocUnsafe(CHUNK);
  try {
    for (let length = readSync(fd, buffer); length > 0; length = readSync(fd, buffer))
      hash.update(buffer.subarray(0, length));
  } finally {
    closeSync(fd);
  }
}

/** Before /usr/lib/modules: files whose names end with the checksum that whoever made the tree had computed. */
function inLegacyPlaces(root: string): Located | null {
  const directory = ['usr/lib/ostree-boot', 'boot'].map((path) => join(root, path)).find((path) => existsSync(path));
  if (directory === undefined) return null;
  const find = (prefix: string) => {
    for (const name of readNames(directory).sort()) {
      const match = /^(.+)-([0-9a-f]{64})$/.exec(name);
      if (match && name.startsWith(prefix))
        return { source: join(directory, name), name: match[1]!, checksum: match[2]! };
    }
    return null;
  };
  const kernel = find('vmlinuz-');
  if (kernel === null) return null;
  const initramfs = find('initramfs-');
  const deviceTree = find('devicetree-');
  for (const [what, file] of [
    ['initrd', initramfs],
    ['device tree', deviceTree],
  ] as const) {
    if (file === null || file.checksum === kernel.checksum) continue;
    throw storeError('SYSROOT_KERNEL', `Mismatched kernel checksum vs ${what} in ${directory}.`, {
      hint: 'Kernel, initramfs and device tree of one tree carry one checksum in their names.',
      data: { directory },
    });
  }
  return {
    checksum: kernel.checksum,
    kernel,
    initramfs,
    deviceTree: deviceTree === null ? null : { ...deviceTree, isDirectory: false },
    hmac: null,
  };
}
