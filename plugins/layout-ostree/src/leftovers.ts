import type { Tree } from '@ostrata/contract';
import { names } from './modes.ts';

/** Locks and backups that programs leave in /etc (rpm-ostree, rust/src/passwd.rs), and systemd's note of the last update. */
const IN_ETC = ['.pwd.lock', '.updated', 'passwd-', 'group-', 'shadow-', 'gshadow-', 'subuid-', 'subgid-'];
const SELINUX_LOCKS = ['semanage.trans.LOCK', 'semanage.read.LOCK'];
/** SQLite's and Berkeley DB's files of an open database; the rpm database itself is complete without. */
const DATABASE = /^(?:__db\..*|\.dbenv\.lock|\.rpm\.lock|rpmdb\.sqlite-(?:shm|wal))$/;

/** Removes what a build leaves behind and no image needs, so that equal inputs give equal trees. */
export function removeLeftovers(tree: Tree): void {
  for (const name of IN_ETC) tree.remove(`etc/${name}`);
  for (const policy of names(tree, 'etc/selinux')) {
    for (const lock of SELINUX_LOCKS) tree.remove(`etc/selinux/${policy}/${lock}`);
  }
  for (const name of names(tree, 'usr/share/rpm')) if (DATABASE.test(name)) tree.remove(`usr/share/rpm/${name}`);
}
