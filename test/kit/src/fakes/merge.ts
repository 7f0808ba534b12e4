import type { OverlayConflict, OverlayPolicy } from '@ostrata/core';
import { cloneNode, type DirectoryNode, type TreeNode } from './tree-node.ts';

/** Where a layer and a tree disagree under a policy. */
export function mergeConflicts(
  tree: DirectoryNode,
  layer: DirectoryNode,
  path: string,
  policy: OverlayPolicy,
): OverlayConflict[] {
  if (policy !== 'identical') return [];
  return [...layer.children].flatMap(([name, theirs]) => {
    const ours = tree.children.get(name);
    const below = path === '' ? name : `${path}/${name}`;
    if (ours === undefined) return [];
    if (ours.type === 'directory' && theirs.type === 'directory') return mergeConflicts(ours, theirs, below, policy);
    const reason = disagreement(ours, theirs);
    return reason === null ? [] : [{ path: below, reason }];
  });
}

export function mergeInto(tree: DirectoryNode, layer: DirectoryNode, policy: OverlayPolicy): void {
  for (const [name, theirs] of layer.children) {
    const ours = tree.children.get(name);
    if (ours === undefined || (policy === 'replace' && !(ours.type === 'directory' && theirs.type === 'directory'))) {
      tree.children.set(name, cloneNode(theirs));
    } else if (ours.type === 'directory' && theirs.type === 'directory') {
      const merged = { ...ours, meta: policy === 'replace' ? theirs.meta : ours.meta };
      tree.children.set(name, merged);
      mergeInto(merged, theirs, policy);
    }
  }
}

function disagreement(ours: TreeNode, theirs: TreeNode): OverlayConflict['reason'] | null {
  if (ours.type !== theirs.type) return 'type';
  if (ours.type === 'directory' || theirs.type === 'directory' || ours.id === theirs.id) return null;
  const same =
    JSON.stringify([ours.meta.mode, ours.meta.uid, ours.meta.gid]) ===
    JSON.stringify([theirs.meta.mode, theirs.meta.uid, theirs.meta.gid]);
  return same ? 'content' : 'metadata';
}
