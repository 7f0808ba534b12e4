import type { Context } from '../context.ts';

/** Owner, mode and extended attributes of a path. `mode` has the type bits (`S_IFMT`) as in stat(2). */
export interface EntryMeta {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Sorted by name. */
  readonly xattrs: readonly (readonly [name: string, value: Uint8Array])[];
}

/** What a path of a tree is. Paths are relative to the root, without a leading slash; the root itself is ''. */
export type TreeEntry =
  | (EntryMeta & { readonly type: 'directory' })
  | (EntryMeta & { readonly type: 'file'; readonly id: string; readonly size: number })
  | (EntryMeta & { readonly type: 'symlink'; readonly id: string; readonly target: string });

/** What `overlay` does where both sides have a path. Directories always merge. */
export type OverlayPolicy =
  /** Equal files are one file, others an error (rpm's rule). */
  | 'identical'
  /** The layer wins. */
  | 'replace'
  /** The tree wins. */
  | 'keep';

/** A file that a layer and the tree disagree about. */
export interface OverlayConflict {
  readonly path: string;
  readonly reason: 'content' | 'type' | 'metadata';
}

/**
 * A real directory that shows a tree. Programs work on `lower` with `upper` over it (an overlayfs that the sandbox mounts for
 * itself), or on the private copy `lower` when `upper` is null. Never write to a `lower` that has an `upper`: its files are hard
 * links into the repository.
 */
export interface Root {
  readonly lower: string;
  readonly upper: string | null;
  /** Work directory that overlayfs wants beside `upper`. */
  readonly work: string | null;
  /** Whether owners are the invoking user's (a repository of mode bare-user). */
  readonly userOwned: boolean;
}

/** Reading side of a {@link Tree}. */
export interface ReadonlyTree {
  /** Undefined where nothing is. Follows no symbolic link, not in the middle either. */
  lookup(path: string): TreeEntry | undefined;
  /** Names in a directory, sorted by bytes. Throws when it is none. */
  list(path: string): readonly string[];
  readFile(path: string): Uint8Array;
  /** Every path below a directory, parents first, sorted; the directory itself is left out. */
  walk(path?: string): Iterable<readonly [path: string, entry: TreeEntry]>;
  /** Id of a whole directory's present state (digest of contents and metadata): equal ids mean equal subtrees. */
  directoryId(path: string): string;
}

/**
 * A copy-on-write view of a file system tree: a lazily loaded map from path to object over a base commit. Laying a package over it
 * merges the package's directory objects by reference. Parents of a written path must exist unless `parents` is given; parents that
 * are symbolic links are refused. All methods but the ones that return promises are synchronous; writes put objects into the store
 * at once, but only `ObjectStore.commit` makes them reachable.
 */
export interface Tree extends ReadonlyTree {
  /** Merges a commit of the store, or its directory `subpath`, at `at`. Returns the conflicts; with any, nothing was changed. */
  overlay(
    commit: string,
    options: { policy: OverlayPolicy; subpath?: string; at?: string },
  ): readonly OverlayConflict[];
  writeFile(path: string, content: Uint8Array | string, meta?: Partial<EntryMeta> & { parents?: boolean }): void;
  /** Makes a directory, or changes the metadata of one. */
  mkdir(path: string, meta?: Partial<EntryMeta> & { parents?: boolean }): void;
  symlink(path: string, target: string, meta?: { uid?: number; gid?: number; parents?: boolean }): void;
  /** Changes owner, permission bits or attributes; content and type stay. */
  setMeta(path: string, meta: Partial<EntryMeta>): void;
  /** By reference: no file is read. Refuses to overwrite. */
  rename(from: string, to: string): void;
  /** By reference, both exist afterwards. Replaces a file, refuses to replace a directory. */
  copy(from: string, to: string): void;
  /** Removes a path with all below it; false when nothing was there. */
  remove(path: string): boolean;
  /** A directory that shows the tree's present state. Cheap when the last one is still good. */
  materialize(ctx: Context): Promise<Root>;
  /** Takes over what was changed in a root, hashing only that. Returns the changed paths. */
  absorb(root: Root, ctx: Context): Promise<readonly string[]>;
}
