import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Checksum, sha256 } from '../codec/checksum.ts';
import { encodeDirMeta } from '../codec/dir-meta.ts';
import type { DirEntry } from '../codec/dir-tree.ts';
import { fileChecksum } from '../codec/file-header.ts';
import { isSymlink } from '../codec/mode.ts';
import { NO_XATTRS } from '../codec/xattrs.ts';
import { readLocalFile } from '../commit/local-file.ts';
import type { Repository } from '../repo/repository.ts';
import { readXattrs } from '../repo/storage/bare.ts';
import { VerbError } from './error.ts';

export interface DiffNode {
  readonly type: 'file' | 'symlink' | 'directory' | 'other';
  /** Of the file, or of the directory's own metadata. */
  checksum(): Checksum;
  children(): ReadonlyMap<string, DiffNode>;
  /** Directories of the repository with the same one are not gone into. */
  readonly tree?: Checksum;
}

export interface LocalOptions {
  readonly xattrs: boolean;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

/** A tree of a commit, or of what is below it. */
export function repositoryNode(repo: Repository, entry: DirEntry): DiffNode {
  return {
    type: 'directory',
    tree: entry.tree,
    checksum: () => entry.meta,
    children() {
      const { files, dirs } = repo.readDirTree(entry.tree);
      const nodes = new Map<string, DiffNode>();
      for (const [name, id] of files) nodes.set(name, fileNode(repo, id));
      for (const [name, child] of dirs) nodes.set(name, repositoryNode(repo, child));
      return nodes;
    },
  };
}

function fileNode(repo: Repository, id: Checksum): DiffNode {
  return {
    get type() {
      return isSymlink(repo.inspectFile(id).meta.mode) ? 'symlink' : 'file';
    },
    checksum: () => id,
    children: () => new Map(),
  };
}

/** A directory or file of the file system. */
export function localNode(path: string, options: LocalOptions): DiffNode {
  const stat = lstatSync(path);
  const owner = { uid: options.uid ?? stat.uid, gid: options.gid ?? stat.gid };
  if (stat.isDirectory()) {
    return {
      type: 'directory',
      checksum: () =>
        sha256(encodeDirMeta({ ...owner, mode: stat.mode, xattrs: options.xattrs ? readXattrs(path) : NO_XATTRS })),
      children: () => new Map(readdirSync(path).map((name) => [name, localNode(join(path, name), options)])),
    };
  }
  if (!stat.isFile() && !stat.isSymbolicLink()) {
    return {
      type: 'other',
      checksum() {
        throw new VerbError(`Not a regular file or symlink: ${path}`);
      },
      children: () => new Map(),
    };
  }
  return {
    type: stat.isFile() ? 'file' : 'symlink',
    checksum() {
      const { meta, content } = readLocalFile(path, stat);
      return fileChecksum({ ...meta, ...owner, xattrs: options.xattrs ? meta.xattrs : NO_XATTRS }, content);
    },
    children: () => new Map(),
  };
}

export interface Difference {
  readonly modified: readonly string[];
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** What differs between two directories, by paths that begin with a slash. Their own metadata is not looked at. */
export function diffTrees(a: DiffNode, b: DiffNode): Difference {
  const result = { modified: [] as string[], removed: [] as string[], added: [] as string[] };
  compare(a, b, '', result);
  return result;
}

type Result = { modified: string[]; removed: string[]; added: string[] };

function compare(a: DiffNode, b: DiffNode, path: string, result: Result): void {
  if (a.tree !== undefined && a.tree === b.tree) return;
  const ours = a.children();
  const theirs = b.children();
  for (const [name, node] of ours) {
    const child = `${path}/${name}`;
    const other = theirs.get(name);
    if (!other) result.removed.push(child);
    else if (other.type !== node.type) result.modified.push(child);
    else {
      if (node.checksum() !== other.checksum()) result.modified.push(child);
      if (node.type === 'directory') compare(node, other, child, result);
    }
  }
  for (const [name, node] of theirs) {
    if (ours.has(name)) continue;
    result.added.push(`${path}/${name}`);
    addAll(node, `${path}/${name}`, result);
  }
}

function addAll(node: DiffNode, path: string, result: Result): void {
  for (const [name, child] of node.children()) {
    result.added.push(`${path}/${name}`);
    addAll(child, `${path}/${name}`, result);
  }
}
