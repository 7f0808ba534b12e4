import type { PackageIdentity, Tree } from '@ostrata/contract';
import { fileList, type Header, nevraOf } from '../codec/index.ts';
import { relativePath, translatePath } from '../import/package-path.ts';
import { TMPFILES_DIRECTORY } from '../import/unpack.ts';
import { resolvePath } from './links.ts';

/** Where a second copy of kernel and initramfs may be. */
const KERNEL_COPIES = 'usr/lib/ostree-boot';

/** Whether a header is the one that an identity means. */
export function isPackageNamed(header: Header, pkg: PackageIdentity): boolean {
  const { name, epoch, version, release, arch } = nevraOf(header);
  return (
    name === pkg.name &&
    Number(epoch ?? 0) === pkg.epoch &&
    version === pkg.version &&
    release === pkg.release &&
    arch === pkg.arch
  );
}

/** Files of /opt and /usr/local are where the layout of the image has put them (plugin layout-ostree, opt/place.ts). */
function placedPath(tree: Tree, path: string): string {
  if (path.startsWith('usr/lib/opt/') && tree.lookup('opt')?.type === 'directory') return path.slice('usr/lib/'.length);
  if (path.startsWith('usr/local/') && tree.lookup('usr/local')?.type === 'symlink') {
    return path.replace('usr/local/', 'usr/lib/usrlocal/');
  }
  return path;
}

/** Where a package's files are in a tree whose /etc is at usr/etc; only what lies in /usr and /opt. */
function treePaths(tree: Tree, header: Header): string[] {
  return fileList(header).files.flatMap(({ path }) => {
    const resolved = resolvePath(tree, placedPath(tree, translatePath(relativePath(path))));
    return resolved !== null && /^(usr|opt)\//.test(resolved) ? [resolved] : [];
  });
}

/** Directories of kernels among a package's paths. */
function kernelDirectories(paths: readonly string[]): string[] {
  return paths.flatMap((path) => /^(usr\/lib\/modules\/[^/]+)\/vmlinuz$/.exec(path)?.[1] ?? []);
}

/**
 * Takes out what was made for a kernel: its initramfs and lists of modules, which no package has (rpm-ostree,
 * rpmostree_kernel_remove).
 */
function removeKernel(tree: Tree, directory: string): void {
  const version = directory.slice(directory.lastIndexOf('/') + 1);
  tree.remove(directory);
  if (tree.lookup(KERNEL_COPIES)?.type !== 'directory') return;
  for (const name of tree.list(KERNEL_COPIES))
    if (name.includes(`-${version}`)) tree.remove(`${KERNEL_COPIES}/${name}`);
}

/**
 * Takes a package's files out of a tree: those that no other package has, then the directories that are empty afterwards, deepest first
 * (rpm-ostree, delete_package_from_root).
 */
export function removePackage(tree: Tree, pkg: PackageIdentity, installed: readonly Header[]): void {
  const going = installed.filter((header) => isPackageNamed(header, pkg));
  const staying = new Set(
    installed.filter((header) => !going.includes(header)).flatMap((header) => treePaths(tree, header)),
  );
  const directories: string[] = [];
  const leaving = going.flatMap((header) => treePaths(tree, header));
  for (const directory of kernelDirectories(leaving))
    if (!staying.has(`${directory}/vmlinuz`)) removeKernel(tree, directory);
  for (const path of leaving) {
    if (staying.has(path)) continue;
    const entry = tree.lookup(path);
    if (entry?.type === 'directory') directories.push(path);
    else if (entry) tree.remove(path);
  }
  for (const path of directories.sort((a, b) => b.length - a.length)) {
    if (tree.lookup(path)?.type === 'directory' && tree.list(path).length === 0) tree.remove(path);
  }
  tree.remove(`${TMPFILES_DIRECTORY}/${pkg.name}.conf`);
}
