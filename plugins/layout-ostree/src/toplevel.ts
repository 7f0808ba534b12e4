import type { ImageSpec, Progress, Tree } from '@ostrata/contract';
import { directory, names } from './modes.ts';

/** Empty directories that something is mounted on (rpm-ostree, rust/src/composepost.rs, compose_init_rootfs_base). */
const MOUNT_POINTS = ['boot', 'dev', 'proc', 'run', 'sys', 'sysroot', 'var'];
/** Programs' directories: links into usr, or what packages made of them. */
const PROGRAMS = ['bin', 'sbin', 'lib', 'lib32', 'lib64'];
/** What the machine owns lies below /var. */
const LINKS: { readonly [name: string]: string } = {
  home: 'var/home',
  media: 'run/media',
  mnt: 'var/mnt',
  ostree: 'sysroot/ostree',
  root: 'var/roothome',
  srv: 'var/srv',
};

/** All top-level names of an image. */
export const TOPLEVEL: ReadonlySet<string> = new Set([
  ...MOUNT_POINTS,
  ...PROGRAMS,
  ...Object.keys(LINKS),
  'opt',
  'tmp',
  'usr',
]);

/** The top level as scripts want it: directories, and links into usr that packages did not bring. */
export function openToplevel(tree: Tree): void {
  tree.setMeta('', directory());
  for (const name of [...MOUNT_POINTS, 'usr', 'etc'])
    if (tree.lookup(name) === undefined) tree.mkdir(name, directory());
  if (tree.lookup('tmp') === undefined) tree.mkdir('tmp', directory(0o1777));
  for (const name of PROGRAMS) {
    if (tree.lookup(name) === undefined && tree.lookup(`usr/${name}`) !== undefined) tree.symlink(name, `usr/${name}`);
  }
}

/** The top level as it is committed: exactly what an image has. What else there is is dropped, with a message. */
export function closeToplevel(tree: Tree, { layout }: ImageSpec, progress: Progress): void {
  for (const name of tree.list('')) if (!TOPLEVEL.has(name)) drop(tree, name, progress);
  for (const name of MOUNT_POINTS) {
    if (name !== 'boot' && name !== 'var') drop(tree, name, progress);
    if (tree.lookup(name) === undefined) tree.mkdir(name, directory());
  }
  drop(tree, 'tmp', progress);
  if (layout.tmp === 'directory') tree.mkdir('tmp', directory(0o1777));
  else tree.symlink('tmp', 'sysroot/tmp');

  for (const [name, target] of Object.entries(LINKS)) {
    drop(tree, name, progress);
    tree.symlink(name, target);
  }
}

/** What lies in boot (and is no kernel that has been moved) belongs to boot loaders: below usr it is part of the image. */
export function emptyBoot(tree: Tree, progress: Progress): void {
  // Boot entries are the machine's.
  drop(tree, 'boot/loader', progress);
  for (const name of names(tree, 'boot')) {
    const place = `usr/lib/ostree-boot/${name}`;
    if (tree.lookup(place) !== undefined) {
      drop(tree, `boot/${name}`, progress);
      continue;
    }
    tree.mkdir('usr/lib/ostree-boot', { ...directory(), parents: true });
    tree.rename(`boot/${name}`, place);
  }
}

/** Removes a path, and says so when files were in it. */
function drop(tree: Tree, path: string, progress: Progress): void {
  if (tree.lookup(path)?.type === 'directory') {
    for (const [lost, entry] of tree.walk(path)) {
      if (entry.type === 'directory') continue;
      progress.message(`/${lost} is left out of the image: nothing of a package lives there`);
    }
  }
  tree.remove(path);
}
