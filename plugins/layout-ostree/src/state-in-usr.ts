import type { Tree } from '@ostrata/contract';
import { directory } from './modes.ts';

/** State of the packages and not of the machine, which lives in /usr/lib with a link in /var/lib (rpm-ostree, COMPAT_VARLIB_SYMLINKS). */
const STATE = ['alternatives', 'vagrant'];
/** Programs that keep the choices of `alternatives`, as RPM distributions have them. */
const ALTERNATIVES = ['usr/sbin/alternatives', 'usr/bin/alternatives'];

/** Links from /var/lib into /usr/lib, so that scripts can register alternatives; tmpfiles.d makes them on each machine. */
export function openStateInUsr(tree: Tree): void {
  if (
    ALTERNATIVES.some((path) => tree.lookup(path) !== undefined) &&
    tree.lookup('usr/lib/alternatives') === undefined
  ) {
    tree.mkdir('usr/lib/alternatives', { ...directory(), parents: true });
  }
  for (const name of STATE) {
    const link = `var/lib/${name}`;
    if (tree.lookup(`usr/lib/${name}`)?.type !== 'directory' || tree.lookup(link) !== undefined) continue;
    tree.symlink(link, `../../usr/lib/${name}`, { parents: true });
  }
}
