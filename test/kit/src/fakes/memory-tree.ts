import type { Context, EntryMeta, OverlayConflict, OverlayPolicy, Root, Tree, TreeEntry } from '@ostrata/core';
import { kitError } from '../errors.ts';
import { metaText, sha256 } from './digest.ts';
import { absorbDirectory, writeTemporary } from './materialize.ts';
import { mergeConflicts, mergeInto } from './merge.ts';
import {
  cloneNode,
  DIRECTORY_MODE,
  type DirectoryNode,
  entryOf,
  FILE_MODE,
  fullMeta,
  newDirectory,
  nodeId,
  SYMLINK_MODE,
  sortedNames,
  type TreeNode,
} from './tree-node.ts';

/** What a tree needs of its repository. */
export interface TreeObjects {
  readonly blobs: Map<string, Uint8Array>;
  rootOf(commit: string): DirectoryNode;
}

/** A tree that lives in memory: the plainest thing that keeps the contract of {@link Tree}. */
export class MemoryTree implements Tree {
  readonly #objects: TreeObjects;
  readonly #roots = new Map<string, string>();
  root: DirectoryNode;

  constructor(objects: TreeObjects, commit: string | null) {
    this.#objects = objects;
    this.root = commit === null ? newDirectory() : cloneNode(objects.rootOf(commit));
  }

  lookup(path: string): TreeEntry | undefined {
    const node = this.#find(path);
    return node === undefined ? undefined : entryOf(node);
  }

  list(path: string): readonly string[] {
    return sortedNames(this.#directory(path));
  }

  readFile(path: string): Uint8Array {
    const node = this.#find(path);
    if (node?.type !== 'file') throw kitError('FAKE_TREE', `/${path} is no file.`);
    const content = this.#objects.blobs.get(node.id);
    if (content === undefined) throw kitError('FAKE_STORE', `The object ${node.id} of /${path} is missing.`);
    return content;
  }

  *walk(path = ''): Iterable<readonly [string, TreeEntry]> {
    const directory = this.#directory(path);
    for (const name of sortedNames(directory)) {
      const node = directory.children.get(name) as TreeNode;
      const below = path === '' ? name : `${path}/${name}`;
      yield [below, entryOf(node)];
      if (node.type === 'directory') yield* this.walk(below);
    }
  }

  directoryId(path: string): string {
    return nodeId(this.#directory(path));
  }

  overlay(
    commit: string,
    { policy, subpath = '', at = '' }: { policy: OverlayPolicy; subpath?: string; at?: string },
  ): readonly OverlayConflict[] {
    const layer = subtree(this.#objects.rootOf(commit), subpath);
    const target = this.#directory(at);
    const conflicts = mergeConflicts(target, layer, at, policy);
    if (conflicts.length === 0) mergeInto(target, layer, policy);
    return conflicts;
  }

  writeFile(path: string, content: Uint8Array | string, meta: Partial<EntryMeta> & { parents?: boolean } = {}): void {
    const bytes = typeof content === 'string' ? Buffer.from(content) : Uint8Array.from(content);
    const { parent, name } = this.#parent(path, meta.parents ?? false);
    const old = parent.children.get(name);
    if (old?.type === 'directory') throw kitError('FAKE_TREE', `/${path} is a directory.`);
    const full = fullMeta({ ...(old?.type === 'file' ? old.meta : {}), ...meta }, FILE_MODE);
    parent.children.set(name, this.#newFile(bytes, full));
  }

  mkdir(path: string, meta: Partial<EntryMeta> & { parents?: boolean } = {}): void {
    if (path === '') {
      this.root = { ...this.root, meta: fullMeta({ ...this.root.meta, ...meta }, DIRECTORY_MODE) };
      return;
    }
    const { parent, name } = this.#parent(path, meta.parents ?? false);
    const old = parent.children.get(name);
    if (old !== undefined && old.type !== 'directory')
      throw kitError('FAKE_TREE', `/${path} is there and no directory.`);
    const made = newDirectory({ ...old?.meta, ...meta });
    parent.children.set(name, { ...made, children: old?.children ?? made.children });
  }

  symlink(path: string, target: string, meta: { uid?: number; gid?: number; parents?: boolean } = {}): void {
    const { parent, name } = this.#parent(path, meta.parents ?? false);
    if (parent.children.get(name)?.type === 'directory') throw kitError('FAKE_TREE', `/${path} is a directory.`);
    parent.children.set(name, newSymlink(target, fullMeta({ uid: meta.uid ?? 0, gid: meta.gid ?? 0 }, SYMLINK_MODE)));
  }

  setMeta(path: string, meta: Partial<EntryMeta>): void {
    if (path === '') {
      this.mkdir('', meta);
      return;
    }
    const { parent, name } = this.#parent(path, false);
    const node = parent.children.get(name);
    if (node === undefined) throw kitError('FAKE_TREE', `There is no /${path}.`);
    const full = fullMeta({ ...node.meta, ...meta }, node.meta.mode);
    if (node.type === 'directory') parent.children.set(name, { ...node, meta: full });
    else if (node.type === 'symlink') parent.children.set(name, newSymlink(node.target, full));
    else parent.children.set(name, this.#newFile(this.readFile(path), full));
  }

  rename(from: string, to: string): void {
    if (this.lookup(to) !== undefined) throw kitError('FAKE_TREE', `/${to} is there already.`);
    if (`${to}/`.startsWith(`${from}/`)) throw kitError('FAKE_TREE', `/${from} cannot move into itself.`);
    this.copy(from, to);
    this.remove(from);
  }

  copy(from: string, to: string): void {
    const node = this.#find(from);
    if (node === undefined) throw kitError('FAKE_TREE', `There is no /${from}.`);
    const { parent, name } = this.#parent(to, false);
    if (parent.children.get(name)?.type === 'directory') throw kitError('FAKE_TREE', `/${to} is a directory.`);
    parent.children.set(name, cloneNode(node));
  }

  remove(path: string): boolean {
    if (this.#find(path) === undefined) return false;
    const { parent, name } = this.#parent(path, false);
    return parent.children.delete(name);
  }

  async materialize(ctx: Context): Promise<Root> {
    const lower = writeTemporary(this, ctx);
    this.#roots.set(lower, this.directoryId(''));
    return { lower, upper: null, work: null, userOwned: true };
  }

  async absorb(root: Root, _ctx: Context): Promise<readonly string[]> {
    if (this.#roots.get(root.lower) !== this.directoryId('')) {
      throw kitError('FAKE_TREE', `${root.lower} does not show the present state of the tree.`);
    }
    const changed = absorbDirectory(this, root.lower);
    this.#roots.set(root.lower, this.directoryId(''));
    return changed;
  }

  /** For the repository. */
  node(path: string): TreeNode {
    const node = this.#find(path);
    if (node === undefined) throw kitError('FAKE_TREE', `There is no /${path}.`);
    return cloneNode(node);
  }

  #newFile(content: Uint8Array, meta: EntryMeta): TreeNode {
    const id = sha256('file', metaText(meta), content);
    this.#objects.blobs.set(id, content);
    return { type: 'file', meta, id, size: content.length };
  }

  #find(path: string): TreeNode | undefined {
    let node: TreeNode | undefined = this.root;
    for (const name of split(path)) {
      if (node?.type !== 'directory') return undefined;
      node = node.children.get(name);
    }
    return node;
  }

  #directory(path: string): DirectoryNode {
    const node = this.#find(path);
    if (node?.type !== 'directory') throw kitError('FAKE_TREE', `/${path} is no directory.`);
    return node;
  }

  #parent(path: string, make: boolean): { parent: DirectoryNode; name: string } {
    const names = split(path);
    const name = names.pop();
    if (name === undefined) throw kitError('FAKE_TREE', 'The root cannot be replaced.');
    let parent = this.root;
    for (const [depth, step] of names.entries()) {
      let next = parent.children.get(step);
      if (next === undefined && make) {
        next = newDirectory();
        parent.children.set(step, next);
      }
      if (next?.type !== 'directory') {
        throw kitError('FAKE_TREE', `/${names.slice(0, depth + 1).join('/')}, a parent of /${path}, is no directory.`);
      }
      parent = next;
    }
    return { parent, name };
  }
}

export function newSymlink(target: string, meta: EntryMeta): TreeNode {
  return { type: 'symlink', meta, id: sha256('symlink', metaText(meta), target), target };
}

function split(path: string): string[] {
  if (path === '') return [];
  const names = path.split('/');
  if (names.some((name) => name === '' || name === '.' || name === '..' || name.includes('\0'))) {
    throw kitError('FAKE_TREE', `${JSON.stringify(path)} is no path of a tree.`);
  }
  return names;
}

function subtree(root: DirectoryNode, path: string): DirectoryNode {
  let node: TreeNode | undefined = root;
  for (const name of split(path)) node = node?.type === 'directory' ? node.children.get(name) : undefined;
  if (node?.type !== 'directory') throw kitError('FAKE_TREE', `The layer has no directory /${path}.`);
  return node;
}
