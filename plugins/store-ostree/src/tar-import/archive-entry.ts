import { type HostError, isHostError, type Tree } from '@ostrata/contract';
import type { Xattr } from '../codec/xattrs.ts';
import { storeError } from '../errors.ts';

export interface ArchiveOptions {
  /** Directories that the archive does not list come to be with mode 0755 and owner root; otherwise they are an error. */
  readonly autocreateParents?: boolean;
  /** What errors call the archive. */
  readonly name: string;
  /** Gives the path at which an entry of the archive comes into the tree. */
  readonly rename?: (path: string) => string;
}

/** One entry of an archive of any format. Paths are as the archive has them. */
export interface ArchiveEntry {
  readonly name: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'link' | 'unsupported';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly xattrs: readonly Xattr[];
  /** The target of a symbolic link, or the path of the entry that a hard link is another name of. */
  readonly target: string;
  readonly content: Uint8Array;
}

/** Lays an entry over a tree. Throws OSTREE_TAR_INVALID, and OSTREE_SOURCE_UNSUPPORTED for devices and pipes. */
export function addEntry(tree: Tree, entry: ArchiveEntry, options: ArchiveOptions): void {
  const path = relativePath(entry.name, options);
  const { autocreateParents: parents = false } = options;
  const { mode, uid, gid, xattrs } = entry;
  if (entry.type === 'unsupported') {
    throw storeError('OSTREE_SOURCE_UNSUPPORTED', `${path} in ${options.name} is a device or a pipe.`, {
      hint: 'Make the archive without devices and pipes: OSTree cannot hold them.',
      data: { archive: options.name, path, reason: 'type' },
    });
  }
  try {
    const there = tree.lookup(path);
    const directory = entry.type === 'directory';
    if (there && path !== '' && (there.type === 'directory') !== directory) tree.remove(path);
    switch (entry.type) {
      case 'directory':
        tree.mkdir(path, { mode, uid, gid, xattrs, parents });
        break;
      case 'file':
        if (there?.type === 'symlink') tree.remove(path);
        tree.writeFile(path, entry.content, { mode, uid, gid, xattrs, parents });
        break;
      case 'symlink':
        tree.symlink(path, entry.target, { uid, gid, parents });
        if (xattrs.length > 0) tree.setMeta(path, { xattrs });
        break;
      case 'link': {
        const target = relativePath(entry.target, options);
        if (target === path) break;
        if (parents) makeParents(tree, path);
        tree.copy(target, path);
        break;
      }
    }
  } catch (error) {
    throw archiveError(options, `${entry.name}: ${(error as Error).message}`, error);
  }
}

function makeParents(tree: Tree, path: string): void {
  const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')));
  if (parent !== '' && !tree.lookup(parent)) tree.mkdir(parent, { parents: true });
}

/** Without leading slashes, "." parts and a slash at the end; what would leave the root is refused. */
function relativePath(name: string, options: ArchiveOptions): string {
  const path = clean(name, options);
  return options.rename ? clean(options.rename(path), options) : path;
}

function clean(name: string, options: ArchiveOptions): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw archiveError(options, `the path ${JSON.stringify(name)} leaves the root`);
  if (name.includes('\ufffd')) throw archiveError(options, `the path ${JSON.stringify(name)} is not valid UTF-8`);
  return parts.join('/');
}

export function archiveError(options: ArchiveOptions, problem: string, cause?: unknown): HostError {
  if (isHostError(cause) && cause.code === 'OSTREE_TAR_INVALID') return cause;
  return storeError('OSTREE_TAR_INVALID', `The archive ${options.name} cannot be imported: ${problem}.`, {
    hint: 'Check that the archive is complete, or make it again.',
    data: { archive: options.name },
    cause,
  });
}
