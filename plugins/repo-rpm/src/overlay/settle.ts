import type { OverlayConflict, ReadonlyTree, Tree } from '@ostrata/contract';
import { PREFERRED_COLOR } from '../database/installed-header.ts';
import { colouredLayer, type Layer } from './layers.ts';
import { resolvePath } from './links.ts';

/** How conflicts between a layer and a tree are settled: what each side gives up or moves first. */
export interface Settlement {
  /** Paths that the layer, or the tree, gives up. */
  readonly fromLayer: string[];
  readonly fromTree: string[];
  /** Directories whose contents go to where the other side's symbolic link leads. */
  readonly moveInLayer: (readonly [from: string, to: string])[];
  readonly moveInTree: (readonly [from: string, to: string])[];
  /** Who lost a path to a better colour. */
  readonly losses: (readonly [layer: Layer, path: string])[];
}

/** Files of 32 and 64 bits at one path: the preferred colour wins (rpm, lib/transaction.c, handleColorConflict). */
function settleColors(tree: ReadonlyTree, layer: Layer, path: string, wanted: number, out: Settlement): boolean {
  const other = colouredLayer(tree, path);
  const color = (layer.colors.get(path) ?? 0) & wanted;
  const otherColor = (other?.colors.get(path) ?? 0) & wanted;
  if (!other || color === 0 || otherColor === 0 || color === otherColor) return false;
  if (color & PREFERRED_COLOR) {
    out.fromTree.push(path);
    out.losses.push([other, path]);
  } else if (otherColor & PREFERRED_COLOR) {
    out.fromLayer.push(path);
    out.losses.push([layer, path]);
  } else return false;
  return true;
}

/** A directory on one side and a symbolic link to a directory on the other are one directory (merged /usr/sbin). */
function settleLinks(tree: ReadonlyTree, layer: ReadonlyTree, path: string, out: Settlement): boolean {
  const [ours, theirs] = [tree.lookup(path), layer.lookup(path)];
  const [link, linkSide] = ours?.type === 'symlink' ? [ours, tree] : [theirs, layer];
  const directory = ours?.type === 'symlink' ? theirs : ours;
  if (link?.type !== 'symlink' || directory?.type !== 'directory') return false;
  const target = resolvePath(linkSide, path, true);
  if (target === null || target === '' || target === path || target.startsWith(`${path}/`)) return false;
  const present = [tree.lookup(target), layer.lookup(target)];
  // An image has nothing in /var, and a link there leads to what the machine has (/usr/local).
  const isState = linkSide === tree && target.startsWith('var/') && present.every((entry) => entry === undefined);
  if (!isState && !present.some((entry) => entry?.type === 'directory')) return false;
  (linkSide === tree ? out.moveInLayer : out.moveInTree).push([path, target]);
  return true;
}

/**
 * Tries to settle every conflict as rpm would on a file system. Null when at least one is a real one.
 * @param wanted colours of the image's architecture; 0 when colours do not count.
 */
export function settle(
  tree: Tree,
  layerTree: ReadonlyTree,
  layer: Layer,
  conflicts: readonly OverlayConflict[],
  wanted: number,
): Settlement | null {
  const out: Settlement = { fromLayer: [], fromTree: [], moveInLayer: [], moveInTree: [], losses: [] };
  for (const { path, reason } of conflicts) {
    const settled =
      reason === 'type' ? settleLinks(tree, layerTree, path, out) : settleColors(tree, layer, path, wanted, out);
    if (!settled) return null;
  }
  return out;
}
