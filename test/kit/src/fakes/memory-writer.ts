import type { CommitMeta, EntryMeta, TreeWriter } from '@ostrata/core';
import { kitError } from '../errors.ts';
import { metaText, sha256 } from './digest.ts';
import { newSymlink } from './memory-tree.ts';
import {
  DIRECTORY_MODE,
  type DirectoryNode,
  FILE_MODE,
  fullMeta,
  newDirectory,
  SYMLINK_MODE,
  type TreeNode,
} from './tree-node.ts';

/** The part of a repository that a writer fills. */
export interface WriterTarget {
  readonly blobs: Map<string, Uint8Array>;
  addCommit(root: DirectoryNode, meta: CommitMeta): string;
  setRef(ref: string, commit: string): Promise<void>;
}

export class MemoryWriter implements TreeWriter {
  readonly #target: WriterTarget;
  readonly #files = new Map<string, TreeNode>();
  #root: DirectoryNode | null = newDirectory();

  constructor(target: WriterTarget) {
    this.#target = target;
  }

  directory(path: string, meta: EntryMeta): void {
    if (path === '') this.#root = { ...this.#open(), meta: fullMeta(meta, DIRECTORY_MODE) };
    else this.#put(path, newDirectory(meta));
  }

  file(path: string, meta: EntryMeta, content: Uint8Array): string {
    const full = fullMeta(meta, FILE_MODE);
    const id = sha256('file', metaText(full), content);
    this.#target.blobs.set(id, Uint8Array.from(content));
    const node: TreeNode = { type: 'file', meta: full, id, size: content.length };
    this.#files.set(id, node);
    this.#put(path, node);
    return id;
  }

  link(path: string, id: string): void {
    const node = this.#files.get(id);
    if (node === undefined) throw kitError('FAKE_TREE', `No file ${id} was added before /${path}.`);
    this.#put(path, node);
  }

  symlink(path: string, meta: EntryMeta, target: string): void {
    this.#put(path, newSymlink(target, fullMeta(meta, SYMLINK_MODE)));
  }

  commit(meta: CommitMeta): string {
    const id = this.#target.addCommit(this.#open(), meta);
    if (meta.ref !== null) void this.#target.setRef(meta.ref, id);
    this.#root = null;
    return id;
  }

  abort(): void {
    this.#root = null;
  }

  #open(): DirectoryNode {
    if (this.#root === null) throw kitError('FAKE_TREE', 'The writer was committed or aborted already.');
    return this.#root;
  }

  #put(path: string, node: TreeNode): void {
    const names = path.split('/');
    if (names.some((name) => name === '' || name === '.' || name === '..' || name.includes('\0'))) {
      throw kitError('FAKE_TREE', `${JSON.stringify(path)} is no path of a tree.`);
    }
    const name = names.pop() ?? '';
    let parent: TreeNode | undefined = this.#open();
    for (const step of names) parent = parent?.type === 'directory' ? parent.children.get(step) : undefined;
    if (parent?.type !== 'directory') throw kitError('FAKE_TREE', `The parent of /${path} was not added before it.`);
    if (parent.children.has(name)) throw kitError('FAKE_TREE', `/${path} was added twice.`);
    parent.children.set(name, node);
  }
}
