import type { Tree } from '@ostrata/contract';
import { file } from '../modes.ts';
import type { OptPolicy } from '../opt/policy.ts';
import { TMPFILES } from './known.ts';

/**
 * The stock lines for an image's /var, in the files that rpm-ostree has for them: tools on the machine look for these names
 * (rpm-ostree, src/app/rpm-ostree-0-integration*.conf).
 */
const STOCK = [
  'd /var/home 0755 root root -',
  'd /var/srv 0755 root root -',
  'd /var/roothome 0700 root root -',
  'd /var/mnt 0755 root root -',
  'd /run/media 0755 root root -',
  'L /var/lib/rpm - - - - ../../usr/share/rpm',
];
const SELINUX = ['L /var/lib/selinux - - - - ../../etc/selinux'];
const LOCAL = ['bin', 'etc', 'games', 'include', 'lib', 'sbin', 'share', 'src'].map(
  (name) => `d /usr/local/${name} 0755 root root -`,
);
/** /opt and /usr/local lead to /var. */
const STATE_IN_VAR = ['d /var/opt 0755 root root -', 'd /var/usrlocal 0755 root root -'];
/** They are in /usr with an overlay of the machine's changes; the old places lead there. */
const STATE_OVER_USR = ['L /var/usrlocal - - - - ../usr/local', 'L /var/opt - - - - ../usr/lib/opt'];

const USUAL = 'rpm-ostree-0-integration-opt-usrlocal.conf';
const COMPAT = 'rpm-ostree-0-integration-opt-usrlocal-compat.conf';

export function writeStockTmpfiles(tree: Tree, policy: OptPolicy): void {
  const local = policy === 'root' ? [] : LOCAL;
  const selinux = tree.lookup('etc/selinux/semanage.conf') === undefined ? [] : SELINUX;
  write(tree, 'rpm-ostree-0-integration.conf', [...STOCK, ...selinux, ...local]);
  const overlaid = policy === 'stateoverlay';
  write(tree, overlaid ? COMPAT : USUAL, overlaid ? STATE_OVER_USR : STATE_IN_VAR);
  // An image that changes its policy has the other's.
  tree.remove(`${TMPFILES}/${overlaid ? USUAL : COMPAT}`);
}

function write(tree: Tree, name: string, lines: readonly string[]): void {
  tree.writeFile(`${TMPFILES}/${name}`, `${lines.join('\n')}\n`, { ...file(), parents: true });
}
