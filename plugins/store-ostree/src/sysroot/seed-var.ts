import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Checkout } from '../checkout/checkout.ts';
import type { Checksum } from '../codec/checksum.ts';
import { findInCommit } from '../store/find-in-commit.ts';
import type { Sysroot } from './sysroot.ts';

/**
 * Fills the /var of a stateroot that nothing has been deployed to with what the commit has in its own; afterwards /var belongs to the user. Images
 * without tmpfiles.d(5) get what systems need before anybody could make it.
 */
export function seedVar(sysroot: Sysroot, stateroot: string, commit: Checksum, root: string): void {
  const target = join(sysroot.path, 'ostree/deploy', stateroot, 'var');
  if (!existsSync(join(root, 'var')) || readdirSync(target).length > 0) return;
  const found = findInCommit(sysroot.repository, commit, 'var');
  if (!('tree' in found)) return;
  new Checkout(sysroot.repository, { copy: true, overwrite: 'union' }).directory(found, target);
  if (!existsSync(join(root, 'usr/lib/tmpfiles.d'))) makeBasics(target);
}

/** As libostree (_ostree_sysroot_stateroot_legacy_var_init). */
function makeBasics(target: string): void {
  for (const [name, mode] of [
    ['tmp', 0o1777],
    ['lib', 0o755],
    ['log', 0o755],
  ] as const) {
    const path = join(target, name);
    if (existsSync(path)) continue;
    mkdirSync(path);
    chmodSync(path, mode);
  }
  for (const [name, to] of [
    ['run', '../run'],
    ['lock', '../run/lock'],
  ] as const) {
    if (!readdirSync(target).includes(name)) symlinkSync(to, join(target, name));
  }
}
