import type { Checksum } from '../codec/checksum.ts';
import { compareNames, type DirEntry } from '../codec/dir-tree.ts';
import type { ObjectWriter } from '../repo/object-writer.ts';
import type { Repository } from '../repo/repository.ts';

/** The names in a directory of a tree in memory. */
export interface DirEntries {
  readonly files: Map<string, Checksum>;
  readonly dirs: Map<string, DirNode>;
}

/**
 * A directory of a tree in memory: either the id of a stored directory that nobody has looked into yet, or its entries, which may
 * have been changed since. Belongs to one tree; other trees share the stored object, not the node.
 */
export class DirNode {
  meta: Checksum;
  #tree: Checksum | undefined;
  #entries: DirEntries | undefined;

  private constructor(meta: Checksum, tree: Checksum | undefined, entries: DirEntries | undefined) {
    this.meta = meta;
    this.#tree = tree;
    this.#entries = entries;
  }

  static stored({ tree, meta }: DirEntry): DirNode {
    return new DirNode(meta, tree, undefined);
  }

  static empty(meta: Checksum): DirNode {
    return new DirNode(meta, undefined, { files: new Map(), dirs: new Map() });
  }

  /** The id of the stored directory with the same entries; undefined when it was changed since. */
  get tree(): Checksum | undefined {
    return this.#tree;
  }

  entries(repo: Repository): DirEntries {
    if (!this.#entries) {
      const stored = repo.readDirTree(this.#tree!);
      const dirs = new Map<string, DirNode>();
      for (const [name, entry] of stored.dirs) dirs.set(name, DirNode.stored(entry));
      this.#entries = { files: new Map(stored.files), dirs };
    }
    return this.#entries;
  }

  /** The entries for changing; all directories above must be opened for changing as well. */
  edit(repo: Repository): DirEntries {
    const entries = this.entries(repo);
    this.#tree = undefined;
    return entries;
  }

  /** Writes what was changed, from the bottom up, and gives the id of the directory. */
  flush(writer: ObjectWriter): Checksum {
    if (this.#tree === undefined) {
      const { files, dirs } = this.#entries!;
      const stored = new Map<string, DirEntry>();
      for (const [name, node] of dirs) stored.set(name, { tree: node.flush(writer), meta: node.meta });
      this.#tree = writer.writeDirTree({ files, dirs: stored });
    }
    return this.#tree;
  }

  /** A node of the same contents that can be changed without this one. */
  copy(): DirNode {
    if (this.#tree !== undefined) return new DirNode(this.meta, this.#tree, undefined);
    const { files, dirs } = this.#entries!;
    const copies = new Map<string, DirNode>();
    for (const [name, node] of dirs) copies.set(name, node.copy());
    return new DirNode(this.meta, undefined, { files: new Map(files), dirs: copies });
  }
}

/** All names of a directory in the order of their bytes. */
export function sortedNames({ files, dirs }: DirEntries): string[] {
  return [...files.keys(), ...dirs.keys()].sort(compareNames);
}
