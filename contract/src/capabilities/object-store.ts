import type { Context } from '../context.ts';
import type { CommitMeta, Metadata } from '../records/index.ts';
import { capability } from './token.ts';
import type { EntryMeta, ReadonlyTree, Tree } from './tree.ts';

/** A commit as it is stored. */
export interface StoredCommit {
  readonly id: string;
  readonly parent: string | null;
  readonly subject: string;
  readonly body: string;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  readonly metadata: Metadata;
}

/**
 * Writes a new directory tree (an unpacked package) in bulk; nothing is reachable before `commit`. Synchronous, so that it can be
 * used in worker threads. Parents must have been added first, except for the root.
 */
export interface TreeWriter {
  directory(path: string, meta: EntryMeta): void;
  /** Returns the file's id; the same id may be added again with `link`. */
  file(path: string, meta: EntryMeta, content: Uint8Array): string;
  link(path: string, id: string): void;
  symlink(path: string, meta: EntryMeta, target: string): void;
  /** Flushes to disk, writes the commit and, when given, its ref. */
  commit(meta: CommitMeta): string;
  /** Drops what was not committed. */
  abort(): void;
}

/** Serialisable handle by which a worker thread opens a writer: import `module` and call its export `openTreeWriter(location)`. */
export interface WriterDescriptor {
  readonly module: string;
  readonly location: string;
}

/** Result of a consistency check. */
export interface CheckReport {
  readonly objects: number;
  readonly problems: readonly { readonly object: string; readonly problem: string }[];
}

export interface StorePullOptions {
  /** Refuses commits that are older than this one. */
  readonly newerThan?: string;
  /** Commits without their trees: enough to read what they say of themselves. */
  readonly commitsOnly?: boolean;
}

/** A repository: content-addressed objects and refs. Stray objects are harmless; refs move last. */
export interface ObjectStore {
  readonly location: string;
  /** `bare`, `bare-user`, `bare-user-only`, `archive`. */
  readonly mode: string;
  /** A ref, checksum, unique prefix of one, or either with `^` (parent); null when there is none. */
  resolve(rev: string): Promise<string | null>;
  has(commit: string): Promise<boolean>;
  readCommit(id: string): Promise<StoredCommit>;
  refs(prefix?: string): Promise<ReadonlyMap<string, string>>;
  /** Sets a ref, or removes it with null. */
  setRef(ref: string, commit: string | null): Promise<void>;
  /** Opens a commit for reading, or for changing in memory; null is an empty tree. Needs no root. */
  openTree(commit: string | null): Promise<Tree>;
  /** Writes the tree and a commit object, fsyncs, and returns the checksum. Sets no ref: that comes last. */
  commit(tree: ReadonlyTree, meta: CommitMeta): Promise<string>;
  newTree(): TreeWriter;
  readonly writer: WriterDescriptor;
  /**
   * Copies commits with all they need from another repository, then sets refs of the same name for those that were refs. From
   * `remote:NAME`, a remote that this repository has configured, they are called `NAME:REF` here.
   */
  pull(
    from: string,
    revs: readonly string[],
    ctx: Context,
    options?: StorePullOptions,
  ): Promise<ReadonlyMap<string, string>>;
  /** Options of a remote that the repository has configured, as they are written; null where there is none of this name. */
  remote?(name: string): Promise<{ readonly [option: string]: string } | null>;
  /** Writes a commit's tree into a directory that is not there yet. */
  checkout(
    commit: string,
    destination: string,
    options: { user?: boolean; copy?: boolean; subpath?: string },
  ): Promise<void>;
  detachedMetadata(commit: string): Promise<Metadata>;
  setDetachedMetadata(commit: string, metadata: Metadata): Promise<void>;
  /** The exact bytes that signatures cover. */
  commitBytes(id: string): Promise<Uint8Array>;
  check(ctx: Context): Promise<CheckReport>;
  /** Removes objects that no ref reaches. */
  prune(): Promise<{ removed: number; bytes: number }>;
  close(): void;
}

/** Opens and makes repositories. */
export interface ObjectStores {
  /** Whether a repository is there. */
  exists(location: string): Promise<boolean>;
  /** Throws a HostError when it is none, or of a mode that is not understood. */
  open(location: string): Promise<ObjectStore>;
  /** Opens it, making it first when it is absent: in `mode`, else the best mode for this user for hard-linked checkouts. */
  ensure(location: string, mode?: string): Promise<ObjectStore>;
}

export const OBJECT_STORES = capability<ObjectStores>('object-store');
