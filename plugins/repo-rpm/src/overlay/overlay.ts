import type { ImageSpec, ObjectStore, OverlayConflict, OverlayPolicy, Tree } from '@ostrata/contract';
import { transactionColor } from '../database/installed-header.ts';
import { importOptions } from '../import/import-options.ts';
import type { PackageContent } from '../packages.ts';
import { applyDirectoryModes } from './directory-modes.ts';
import { type Layer, layerOf, rememberLayer } from './layers.ts';
import { collide, moveContents } from './links.ts';
import { UNREACHABLE, withoutOmitted } from './omit.ts';
import { type Settlement, settle } from './settle.ts';

/** Packages that add files and never bring their own where one is: users may have been put into the tree before. */
const YIELDING = new Set(['setup']);

function policyFor(name: string, { replaceFiles = [] }: ImageSpec): OverlayPolicy {
  if (replaceFiles.includes(name)) return 'replace';
  return YIELDING.has(name) ? 'keep' : 'identical';
}

/** Whether directories that become one have different things of one name. */
function isBlocked(tree: Tree, layerTree: Tree, { moveInLayer, moveInTree }: Settlement): boolean {
  return (
    moveInLayer.some(([from, to]) => collide(layerTree, from, to)) ||
    moveInTree.some(([from, to]) => collide(tree, from, to))
  );
}

function carryOut(tree: Tree, layerTree: Tree, settlement: Settlement): void {
  for (const path of settlement.fromLayer) layerTree.remove(path);
  for (const [from, to] of settlement.moveInLayer) moveContents(layerTree, from, to);
  for (const path of settlement.fromTree) tree.remove(path);
  for (const [from, to] of settlement.moveInTree) moveContents(tree, from, to);
}

async function overlaySettled(
  tree: Tree,
  layer: Layer,
  commit: string,
  conflicts: readonly OverlayConflict[],
  arch: string,
  store: ObjectStore,
): Promise<readonly OverlayConflict[]> {
  const layerTree = await store.openTree(commit);
  const settlement = settle(tree, layerTree, layer, conflicts, transactionColor(arch));
  if (settlement === null || isBlocked(tree, layerTree, settlement)) return conflicts;
  carryOut(tree, layerTree, settlement);
  const left = tree.overlay(await store.commit(layerTree, UNREACHABLE), { policy: 'identical' });
  if (left.length === 0) for (const [loser, path] of settlement.losses) loser.lost.add(path);
  return left;
}

/**
 * Lays an imported package over a tree by reference, without what the image omits. Equal files are one; files of different colours and directories behind symbolic
 * links are settled as rpm does; what is left are conflicts.
 * @param arch the image's architecture.
 */
export async function overlayPackage(
  tree: Tree,
  content: PackageContent,
  image: ImageSpec,
  arch: string,
  store: ObjectStore,
): Promise<readonly OverlayConflict[]> {
  const { imported } = content;
  const pkg = imported.package;
  const { commit, omitted } = await withoutOmitted(imported.commit, pkg.name, image, store);
  const layer = layerOf(content, omitted);
  const policy = policyFor(pkg.name, image);
  let conflicts = tree.overlay(commit, { policy });
  if (conflicts.length > 0) conflicts = await overlaySettled(tree, layer, commit, conflicts, arch, store);
  if (conflicts.length > 0) return conflicts;
  rememberLayer(tree, layer);
  applyDirectoryModes(tree, content.files, importOptions(image));
  return [];
}
