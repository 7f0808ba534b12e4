import type { EntryMeta, TreeEntry } from '@ostrata/core';
import { metaText, sha256 } from './digest.ts';

export interface DirectoryNode {
  readonly type: 'directory';
  readonly meta: EntryMeta;
  readonly children: Map<string, TreeNode>;
}

export type TreeNode =
  | DirectoryNode
  | { readonly type: 'file'; readonly meta: EntryMeta; readonly id: string; readonly size: number }
  | { readonly type: 'symlink'; readonly meta: EntryMeta; readonly id: string; readonly target: string };

export const DIRECTORY_MODE = 0o040755;
export const FILE_MODE = 0o100644;
export const SYMLINK_MODE = 0o120777;

export function newDirectory(meta: Partial<EntryMeta> = {}): DirectoryNode {
  return { type: 'directory', meta: fullMeta(meta, DIRECTORY_MODE), children: new Map() };
}

/** Type bits always are those of `fallback`; permission bits are the given ones. */
export function fullMeta(meta: Partial<EntryMeta>, fallback: number): EntryMeta {
  const mode = ((meta.mode ?? fallback) & 0o7777) | (fallback & 0o170000);
  const xattrs = (meta.xattrs ?? []).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { mode, uid: meta.uid ?? 0, gid: meta.gid ?? 0, xattrs };
}

export function cloneNode<T extends TreeNode>(node: T): T {
  if (node.type !== 'directory') return node;
  return { ...node, children: new Map([...node.children].map(([name, child]) => [name, cloneNode(child)])) };
}

export function sortedNames(node: DirectoryNode): string[] {
  return [...node.children.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

export function nodeId(node: TreeNode): string {
  if (node.type !== 'directory') return node.id;
  const children = sortedNames(node).map((name) => [name, nodeId(node.children.get(name) as TreeNode)]);
  return sha256('directory', metaText(node.meta), JSON.stringify(children));
}

export function entryOf(node: TreeNode): TreeEntry {
  if (node.type === 'directory') return { type: 'directory', ...node.meta };
  if (node.type === 'file') return { type: 'file', ...node.meta, id: node.id, size: node.size };
  return { type: 'symlink', ...node.meta, id: node.id, target: node.target };
}
