import type { Tree } from '@ostrata/contract';

const WANTS = 'etc/systemd/system/multi-user.target.wants';
const UNITS = 'usr/lib/systemd/system';

/** Enables units by links in /etc, except for those that have one (composepost.rs, `compose_postprocess_units`). */
export function enableUnits(tree: Tree, units: readonly string[]): void {
  if (units.length === 0) return;
  if (tree.lookup(WANTS) === undefined) tree.mkdir(WANTS, { mode: 0o40755, parents: true });
  for (const unit of units) {
    const link = `${WANTS}/${unit}`;
    if (tree.lookup(link) === undefined) tree.symlink(link, `/${UNITS}/${unit}`);
  }
}

/** Makes a target the default, in /usr, where first-boot presets leave it alone. */
export function setDefaultTarget(tree: Tree, target: string): void {
  const link = `${UNITS}/default.target`;
  tree.remove(link);
  tree.symlink(link, target, { parents: true });
}
