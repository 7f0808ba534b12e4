import type { Checksum } from '../codec/checksum.ts';
import type { Ownership } from '../codec/dir-meta.ts';
import type { FileMeta } from '../codec/file-header.ts';
import { canonicalDirMeta, canonicalFileMeta } from '../commit/canonical.ts';
import type { Content } from '../repo/content.ts';
import type { ObjectWriter } from '../repo/object-writer.ts';
import type { Repository } from '../repo/repository.ts';
import type { StoredFile } from '../repo/storage/storage.ts';
import type { DirNode } from './dir-node.ts';

/** `overlay` is a hard-linked checkout below an overlay file system, `copy` a private copy, `auto` the first one that works. */
export type RootStrategy = 'auto' | 'overlay' | 'copy';

/** Where trees write. The writer is asked for when something is written: reading needs no right to write. */
export interface TreeSession {
  readonly writer: ObjectWriter;
  /** Has what was written so far go to disk while other work goes on. */
  beginWriteback(): void;
}

/** What all trees of an open repository share: where they read, where they write, and what was read of objects already. */
export class TreeStore {
  readonly repo: Repository;
  readonly #session: TreeSession;
  /** How real directories of trees are made. */
  readonly rootStrategy: RootStrategy;
  readonly #files = new Map<Checksum, StoredFile>();
  readonly #directories = new Map<Checksum, Ownership>();
  readonly #cleanups: (() => void)[] = [];

  constructor(repo: Repository, session: TreeSession, rootStrategy: RootStrategy) {
    this.repo = repo;
    this.#session = session;
    this.rootStrategy = rootStrategy;
  }

  get writer(): ObjectWriter {
    return this.#session.writer;
  }

  writeFile(meta: FileMeta, bytes: Uint8Array): Checksum {
    return this.writer.writeFile(canonicalFileMeta(this.repo.mode, meta), bytes);
  }

  writeStream(meta: FileMeta, content: Content): Checksum {
    return this.writer.writeStream(canonicalFileMeta(this.repo.mode, meta), content);
  }

  writeDirMeta(meta: Ownership): Checksum {
    return this.writer.writeDirMeta(canonicalDirMeta(this.repo.mode, meta));
  }

  /** The id of a directory, after writing what was changed in it. */
  flush(node: DirNode): Checksum {
    return node.tree ?? node.flush(this.writer);
  }

  fileInfo(id: Checksum): StoredFile {
    let info = this.#files.get(id);
    if (!info) {
      info = this.repo.inspectFile(id);
      this.#files.set(id, info);
    }
    return info;
  }

  directoryMeta(id: Checksum): Ownership {
    let meta = this.#directories.get(id);
    if (!meta) {
      meta = this.repo.readDirMeta(id);
      this.#directories.set(id, meta);
    }
    return meta;
  }

  beginWriteback(): void {
    this.#session.beginWriteback();
  }

  /** Has something removed when the store is closed. */
  onClose(remove: () => void): void {
    this.#cleanups.push(remove);
  }

  close(): void {
    for (const remove of this.#cleanups.splice(0)) remove();
  }
}
