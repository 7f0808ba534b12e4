import { Buffer } from 'node:buffer';
import type { Context, EntryMeta, OverlayConflict, OverlayPolicy, Root, Tree, TreeEntry } from '@ostrata/contract';
import { type Checksum, sha256 } from '../codec/checksum.ts';
import { contentChecksumInput } from '../codec/commit.ts';
import type { DirEntry } from '../codec/dir-tree.ts';
import { isSymlink, S_IFDIR, S_IFLNK, S_IFREG } from '../codec/mode.ts';
import { NO_XATTRS } from '../codec/xattrs.ts';
import { storeError } from '../errors.ts';
import type { Repository } from '../repo/repository.ts';
import { DirNode, sortedNames } from './dir-node.ts';
import { mergeMeta, NEW_DIRECTORY } from './entry-meta.ts';
import { exists, missing, wrongType } from './errors.ts';
import { mergeDirectories } from './overlay.ts';
import { joinPath, splitPath } from './path.ts';
import { Roots } from './roots.ts';
import type { TreeStore } from './tree-store.ts';

type Found = { readonly node: DirNode } | { readonly file: Checksum } | undefined;

/** A copy-on-write view of a file system tree over the directory objects of a repository. */
export class OstreeTree implements Tree {
  readonly store: TreeStore;
  readonly #repo: Repository;
  readonly #root: DirNode;
  #roots: Roots | undefined;

  constructor(store: TreeStore, root: DirNode) {
    this.store = store;
    this.#repo = store.repo;
    this.#root = root;
  }

  lookup(path: string): TreeEntry | undefined {
    const found = this.#find(path);
    if (!found) return undefined;
    return 'node' in found ? this.#directoryEntry(found.node) : this.#fileEntry(found.file);
  }

  list(path: string): readonly string[] {
    return sortedNames(this.#directory(path).entries(this.#repo));
  }

  readFile(path: string): Uint8Array {
    const found = this.#find(path);
    if (!found) throw missing(path);
    if ('node' in found) throw wrongType(path, 'a directory', 'a file');
    const { meta, content } = this.#repo.readFile(found.file);
    if (isSymlink(meta.mode)) throw wrongType(path, 'a symbolic link', 'a file');
    return content;
  }

  *walk(path = ''): Iterable<readonly [path: string, entry: TreeEntry]> {
    const entries = this.#directory(path).entries(this.#repo);
    for (const name of sortedNames(entries)) {
      const child = joinPath(path, name);
      const file = entries.files.get(name);
      if (file !== undefined) {
        yield [child, this.#fileEntry(file)];
        continue;
      }
      yield [child, this.#directoryEntry(entries.dirs.get(name)!)];
      yield* this.walk(child);
    }
  }

  directoryId(path: string): string {
    const node = this.#directory(path);
    return sha256(contentChecksumInput({ tree: this.store.flush(node), meta: node.meta }));
  }

  overlay(
    commit: string,
    options: { policy: OverlayPolicy; subpath?: string; at?: string },
  ): readonly OverlayConflict[] {
    const { tree, meta } = this.#repo.readCommit(commit);
    const layer = new OstreeTree(this.store, DirNode.stored({ tree, meta })).#directory(options.subpath ?? '');
    const at = options.at ?? '';
    const base = this.#find(at);
    if (base && 'node' in base) {
      const conflicts = mergeDirectories(this.#repo, base.node, layer, { policy: options.policy, path: at });
      if (conflicts.length === 0) this.#touch(splitPath(at));
      return conflicts;
    }
    if (base) return [{ path: at, reason: 'type' }];
    const { entries, name } = this.#parent(at, { parents: true });
    entries.dirs.set(name, layer.copy());
    return [];
  }

  writeFile(path: string, content: Uint8Array | string, meta: Partial<EntryMeta> & { parents?: boolean } = {}): void {
    const { entries, name } = this.#parent(path, meta);
    if (entries.dirs.has(name)) throw wrongType(path, 'a directory', 'a file');
    const existing = entries.files.get(name);
    const old = existing === undefined ? undefined : this.#repo.inspectFile(existing).meta;
    const base = old && !isSymlink(old.mode) ? old : { uid: 0, gid: 0, mode: 0o644, xattrs: NO_XATTRS };
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    entries.files.set(name, this.store.writeFile({ ...mergeMeta(base, meta, S_IFREG), target: '' }, bytes));
  }

  mkdir(path: string, meta: Partial<EntryMeta> & { parents?: boolean } = {}): void {
    if (path === '') {
      this.setMeta(path, meta);
      return;
    }
    const { entries, name } = this.#parent(path, meta);
    if (entries.files.has(name)) throw exists(path);
    const existing = entries.dirs.get(name);
    const base = existing ? this.#repo.readDirMeta(existing.meta) : NEW_DIRECTORY;
    const id = this.store.writeDirMeta(mergeMeta(base, meta, S_IFDIR));
    if (existing) existing.meta = id;
    else entries.dirs.set(name, DirNode.empty(id));
  }

  symlink(path: string, target: string, meta: { uid?: number; gid?: number; parents?: boolean } = {}): void {
    const { entries, name } = this.#parent(path, meta);
    if (entries.dirs.has(name)) throw wrongType(path, 'a directory', 'a file');
    const { uid = 0, gid = 0 } = meta;
    const link = { uid, gid, mode: S_IFLNK | 0o777, target, xattrs: NO_XATTRS };
    entries.files.set(name, this.store.writeFile(link, new Uint8Array()));
  }

  setMeta(path: string, meta: Partial<EntryMeta>): void {
    const found = this.#find(path);
    if (!found) throw missing(path);
    if ('node' in found) {
      this.#touch(splitPath(path).slice(0, -1));
      found.node.meta = this.store.writeDirMeta(mergeMeta(this.#repo.readDirMeta(found.node.meta), meta, S_IFDIR));
      return;
    }
    const { entries, name } = this.#parent(path, {});
    const old = this.#repo.readFile(found.file);
    const type = isSymlink(old.meta.mode) ? S_IFLNK : S_IFREG;
    const changed = { ...mergeMeta(old.meta, meta, type), target: old.meta.target };
    entries.files.set(name, this.store.writeFile(changed, old.content));
  }

  rename(from: string, to: string): void {
    if (to === from || to.startsWith(`${from}/`)) throw exists(to);
    this.#put(to, this.#required(from), { replaceFile: false, copy: false });
    this.remove(from);
  }

  copy(from: string, to: string): void {
    this.#put(to, this.#required(from), { replaceFile: true, copy: true });
  }

  remove(path: string): boolean {
    if (path === '') throw wrongType(path, 'the root', 'a path below it');
    if (!this.#find(path)) return false;
    const { entries, name } = this.#parent(path, {});
    return entries.files.delete(name) || entries.dirs.delete(name);
  }

  async materialize(ctx: Context): Promise<Root> {
    this.#roots ??= new Roots(this.store, this.#root);
    return this.#roots.materialize(ctx);
  }

  async absorb(root: Root, ctx: Context): Promise<readonly string[]> {
    if (!this.#roots) {
      throw storeError('OSTREE_ROOT_UNKNOWN', `The directory ${root.lower} was not made of this tree.`, {
        hint: 'Hand back the root that materialize() of the same tree gave.',
        data: { path: root.lower },
      });
    }
    return this.#roots.absorb(root, ctx);
  }

  /** Gives up the real directory, if there is one: the next materialize makes another. */
  releaseRoot(): void {
    this.#roots?.release();
  }

  /** The ids of the whole tree, after writing what was changed. */
  rootEntry(): DirEntry {
    return { tree: this.store.flush(this.#root), meta: this.#root.meta };
  }

  #find(path: string): Found {
    const parts = splitPath(path);
    let node = this.#root;
    for (const [index, part] of parts.entries()) {
      const { files, dirs } = node.entries(this.#repo);
      const next = dirs.get(part);
      if (next) {
        node = next;
        continue;
      }
      const file = files.get(part);
      return file !== undefined && index === parts.length - 1 ? { file } : undefined;
    }
    return { node };
  }

  #required(path: string): NonNullable<Found> {
    const found = this.#find(path);
    if (!found) throw missing(path);
    return found;
  }

  #directory(path: string): DirNode {
    const found = this.#required(path);
    if ('node' in found) return found.node;
    throw wrongType(path, 'no directory', 'a directory');
  }

  /** Opens the directory that holds a path for changing. */
  #parent(path: string, options: { parents?: boolean }) {
    const parts = splitPath(path);
    const name = parts.at(-1);
    if (name === undefined) throw wrongType(path, 'the root', 'a path below it');
    let entries = this.#root.edit(this.#repo);
    for (const [index, part] of parts.slice(0, -1).entries()) {
      let next = entries.dirs.get(part);
      if (!next) {
        const parent = parts.slice(0, index + 1).join('/');
        const file = entries.files.get(part);
        if (file !== undefined) {
          const link = isSymlink(this.#repo.inspectFile(file).meta.mode);
          throw wrongType(parent, link ? 'a symbolic link' : 'a file', 'a directory');
        }
        if (!options.parents) throw missing(parent);
        next = DirNode.empty(this.store.writeDirMeta(NEW_DIRECTORY));
        entries.dirs.set(part, next);
      }
      entries = next.edit(this.#repo);
    }
    return { entries, name };
  }

  #put(to: string, found: NonNullable<Found>, options: { replaceFile: boolean; copy: boolean }): void {
    const { entries, name } = this.#parent(to, {});
    if (entries.dirs.has(name) || (entries.files.has(name) && !options.replaceFile)) throw exists(to);
    entries.files.delete(name);
    if ('file' in found) entries.files.set(name, found.file);
    else entries.dirs.set(name, options.copy ? found.node.copy() : found.node);
  }

  /** Marks the directories down a path as changed. */
  #touch(parts: readonly string[]): void {
    let entries = this.#root.edit(this.#repo);
    for (const part of parts) entries = entries.dirs.get(part)!.edit(this.#repo);
  }

  #directoryEntry(node: DirNode): TreeEntry {
    return { type: 'directory', ...this.store.directoryMeta(node.meta) };
  }

  #fileEntry(id: Checksum): TreeEntry {
    const { meta, size } = this.store.fileInfo(id);
    const { uid, gid, mode, xattrs, target } = meta;
    return isSymlink(mode)
      ? { type: 'symlink', uid, gid, mode, xattrs, id, target }
      : { type: 'file', uid, gid, mode, xattrs, id, size };
  }
}
