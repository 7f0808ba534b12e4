import { chmodSync, lchownSync, lstatSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { FileMeta } from '../codec/file-header.ts';
import { S_IFMT } from '../codec/mode.ts';
import { errnoOf } from '../errors.ts';
import { removeTree } from '../repo/remove-tree.ts';
import { mknod, S_IFCHR } from '../syscalls.ts';
import { alreadyThere, emptyWhiteout } from './errors.ts';
import { setXattrs } from './labels.ts';
import type { OverwriteMode } from './options.ts';

// Image Layer Filesystem Changeset of OCI ("Whiteouts"), and ostree-repo-checkout.c for the other prefix.
const WHITEOUT = '.wh.';
const OVERLAY_WHITEOUT = '.ostree-wh.';
/** In a directory with this file nothing of a lower layer is seen. */
export const OPAQUE_WHITEOUT = '.wh..wh..opq';

export const isWhiteout = (name: string): boolean => name.startsWith(WHITEOUT);
export const isOverlayWhiteout = (name: string): boolean => name.startsWith(OVERLAY_WHITEOUT);

/** Removes what the whiteout at a path hides; the whiteout itself is not made. */
export function applyWhiteout(path: string): void {
  const hidden = basename(path).slice(WHITEOUT.length);
  if (hidden === '') throw emptyWhiteout(path, 'container');
  removeTree(`${dirname(path)}/${hidden}`);
}

/** Makes the device by which overlayfs hides a name. */
export function makeOverlayWhiteout(
  path: string,
  meta: FileMeta,
  { user, overwrite }: { readonly user: boolean; readonly overwrite: OverwriteMode },
): void {
  const name = basename(path).slice(OVERLAY_WHITEOUT.length);
  if (name === '') throw emptyWhiteout(path, 'overlayfs');
  const device = `${dirname(path)}/${name}`;
  const make = () => {
    mknod(device, (meta.mode & ~S_IFMT) | S_IFCHR, 0);
    if (user) return;
    setXattrs(device, meta.xattrs, false);
    lchownSync(device, meta.uid, meta.gid);
    chmodSync(device, meta.mode & 0o7777);
  };
  try {
    make();
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    if (overwrite === 'add' || (overwrite === 'identical' && isSame(device, meta, user))) return;
    if (overwrite !== 'union') throw alreadyThere(device, 'copy', undefined, error);
    removeTree(device);
    make();
  }
}

function isSame(device: string, meta: FileMeta, user: boolean): boolean {
  const { mode, rdev, uid, gid } = lstatSync(device);
  if ((mode & S_IFMT) !== S_IFCHR || rdev !== 0) return false;
  return user || (uid === meta.uid && gid === meta.gid && (mode & 0o7777) === (meta.mode & 0o7777));
}
