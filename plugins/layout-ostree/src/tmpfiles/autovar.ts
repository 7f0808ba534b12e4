import type { Tree } from '@ostrata/contract';
import { file } from '../modes.ts';
import { TMPFILES, tmpfilesIn } from './known.ts';

/** Where imported packages have the lines made of their files in /var and /run (rpm-ostree, rust/src/tmpfiles.rs). */
const STAGED = 'usr/lib/rpm-ostree/tmpfiles.d';
const OUTPUT = 'rpm-ostree-autovar.conf';

/**
 * Brings packages' generated lines together in one file that systemd reads, without those for paths that another file of the image
 * has lines for, which may know better, and without useless ones.
 */
export function joinStagedTmpfiles(tree: Tree, isUseless: (path: string) => boolean): void {
  const staged = tmpfilesIn(tree, STAGED);
  if (staged.size === 0 && tree.lookup(`${TMPFILES}/${OUTPUT}`) === undefined) return;
  const known = tmpfilesIn(tree, TMPFILES, [OUTPUT]);
  const lines = [...staged]
    .filter(([path]) => !known.has(path) && !isUseless(path))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, line]) => line);
  const text = ['# Generated from what packages have in /var and /run.', ...lines, ''].join('\n');
  tree.writeFile(`${TMPFILES}/${OUTPUT}`, text, { ...file(), parents: true });
}
