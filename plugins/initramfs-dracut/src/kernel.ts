import { HostError, type Kernel, type ReadonlyTree, type Tree } from '@ostrata/contract';
import type { Code } from './errors.ts';

export const MODULES = 'usr/lib/modules';
/** Where kernels are found that are not beside their modules: imported packages' /boot, and /boot itself. */
const BOOT_DIRECTORIES = ['usr/lib/ostree-boot', 'boot'];
const PREFIX = 'vmlinuz-';
/** What deployments name copies with: a dash and a sha256. */
const CHECKSUM = /-[0-9a-f]{64}$/;
/** Initramfs images that a package or its scripts made. */
const FOREIGN_INITRAMFS = /^(?:initramfs-|initrd\.img-|initrd-)/;

export function names(tree: ReadonlyTree, path: string): readonly string[] {
  return tree.lookup(path)?.type === 'directory' ? tree.list(path) : [];
}

/** The kernel beside its modules, where deployments look for it; undefined without one. Throws `KERNEL_SEVERAL`. */
export function findKernel(tree: ReadonlyTree): Kernel | undefined {
  const versions = names(tree, MODULES).filter((name) => tree.lookup(`${MODULES}/${name}/vmlinuz`)?.type === 'file');
  if (versions.length > 1) throw several(versions);
  const [version] = versions;
  return version === undefined ? undefined : { version, directory: `${MODULES}/${version}` };
}

/**
 * Finds the one kernel of a tree and brings it beside its modules, if it came in /boot (rpm-ostree, src/libpriv/rpmostree-kernel.cxx,
 * rpmostree_find_kernel). Images that a package made for it are dropped.
 */
export function placeKernel(tree: Tree): Kernel | undefined {
  for (const directory of BOOT_DIRECTORIES) {
    for (const name of names(tree, directory)) {
      // What deployments name by a checksum is the image's own, which packages are laid over.
      if (FOREIGN_INITRAMFS.test(name) && !CHECKSUM.test(name)) tree.remove(`${directory}/${name}`);
    }
  }
  const present = findKernel(tree);
  if (present !== undefined) return present;
  for (const directory of BOOT_DIRECTORIES) {
    const kernels = names(tree, directory).filter((name) => name.startsWith(PREFIX));
    if (kernels.length > 1) throw several(kernels);
    const [name] = kernels;
    if (name === undefined) continue;
    const version = name.slice(PREFIX.length).replace(CHECKSUM, '');
    const place = `${MODULES}/${version}`;
    tree.mkdir(place, { mode: 0o40755, uid: 0, gid: 0, parents: true });
    tree.rename(`${directory}/${name}`, `${place}/vmlinuz`);
    return { version, directory: place };
  }
  return undefined;
}

/** FIPS checks the kernel by this file, whose path must not say where it was built (rpm-ostree, rust/src/core.rs, verify_kernel_hmac). */
export function relativeHmac(tree: Tree, kernel: Kernel): void {
  const path = `${kernel.directory}/.vmlinuz.hmac`;
  if (tree.lookup(path)?.type !== 'file') return;
  const text = Buffer.from(tree.readFile(path)).toString('utf8');
  const relative = text.replace(/ {2}\/\S*\/(\S+)/, '  $1');
  if (relative !== text) tree.writeFile(path, relative);
}

function several(kernels: readonly string[]): HostError<Code> {
  return new HostError<Code>('KERNEL_SEVERAL', `The tree has ${kernels.length} kernels: ${kernels.join(', ')}.`, {
    data: { kernels: [...kernels] },
    hint: 'An image boots one kernel: leave the others out, by name or with exclude-packages.',
  });
}
