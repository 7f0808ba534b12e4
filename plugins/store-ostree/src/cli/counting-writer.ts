import { chmodSync, existsSync, linkSync, lstatSync, utimesSync } from 'node:fs';
import { type Checksum, sha256 } from '../codec/checksum.ts';
import { encodeDirMeta, type Ownership } from '../codec/dir-meta.ts';
import { type DirTree, encodeDirTree } from '../codec/dir-tree.ts';
import type { FileMeta } from '../codec/file-header.ts';
import { isSymlink } from '../codec/mode.ts';
import type { SizeEntry } from '../codec/sizes.ts';
import { errnoOf } from '../errors.ts';
import { bytesContent, type Content } from '../repo/content.ts';
import { objectPath } from '../repo/object-path.ts';
import type { ObjectWriter } from '../repo/object-writer.ts';
import type { Repository } from '../repo/repository.ts';

/** What `ostree commit --table-output` shows. */
export interface WriteCounts {
  metadataTotal: number;
  metadataWritten: number;
  contentTotal: number;
  contentWritten: number;
  cacheHits: number;
  contentBytes: number;
}

/** Writes objects and keeps count of them. */
export class CountingWriter {
  readonly counts: WriteCounts = {
    metadataTotal: 0,
    metadataWritten: 0,
    contentTotal: 0,
    contentWritten: 0,
    cacheHits: 0,
    contentBytes: 0,
  };
  /** The size of each object, for `ostree.sizes`; kept where an archive is written and it was asked for. */
  readonly sizes: Map<Checksum, SizeEntry> | undefined;
  readonly #repo: Repository;
  readonly #writer: ObjectWriter;

  constructor(repo: Repository, writer: ObjectWriter, options: { sizes: boolean }) {
    this.#repo = repo;
    this.#writer = writer;
    this.sizes = options.sizes && repo.mode === 'archive' ? new Map() : undefined;
  }

  file(meta: FileMeta, bytes: Uint8Array): Checksum {
    const id = this.#writer.fileId(meta, bytes);
    this.#countFile(meta, bytes.length, !this.#writer.has(id, 'file'));
    this.#writer.writeFile(meta, bytes);
    this.#noteFile(id, meta, bytes.length);
    return id;
  }

  /** Makes a file of the file system the object itself, where there is none yet. */
  adopt(path: string, meta: FileMeta, bytes: Uint8Array): Checksum {
    const id = this.#writer.fileId(meta, bytes);
    const fresh = !this.#writer.has(id, 'file');
    this.#countFile(meta, bytes.length, fresh);
    if (fresh) {
      this.#writer.adopt(id, 'file', (temporary) => {
        try {
          linkSync(path, temporary);
        } catch (error) {
          if (errnoOf(error) !== 'EXDEV') throw error;
          this.#repo.storage.write(temporary, meta, bytesContent(bytes));
          return;
        }
        chmodSync(temporary, meta.mode & 0o7777);
        utimesSync(temporary, Date.now() / 1000, 0);
      });
    }
    return id;
  }

  stream(meta: FileMeta, content: Content): Checksum {
    const id = this.#writer.writeStream(meta, content);
    this.#countFile(meta, content.size, true);
    this.#noteFile(id, meta, content.size);
    return id;
  }

  /** Counts a file that was written by others for this commit. */
  written(id: Checksum): void {
    const { meta, size } = this.#repo.inspectFile(id);
    const fresh = !existsSync(`${this.#repo.objectsPath}/${objectPath(id, 'file', this.#repo.mode)}`);
    this.#countFile(meta, size, fresh);
    this.#noteFile(id, meta, size);
  }

  dirTree(tree: DirTree): Checksum {
    return this.#metadata('dirtree', encodeDirTree(tree));
  }

  dirMeta(meta: Ownership): Checksum {
    return this.#metadata('dirmeta', encodeDirMeta(meta));
  }

  /** Notes that a commit was written. */
  commitWritten(): void {
    this.counts.metadataTotal++;
    this.counts.metadataWritten++;
  }

  #metadata(type: 'dirtree' | 'dirmeta', bytes: Uint8Array): Checksum {
    this.counts.metadataTotal++;
    if (!this.#writer.has(sha256(bytes), type)) this.counts.metadataWritten++;
    const id = this.#writer.writeMetadata(type, bytes);
    this.sizes?.set(id, { id, type, archived: bytes.length, unpacked: bytes.length });
    return id;
  }

  #countFile(meta: FileMeta, size: number, fresh: boolean): void {
    this.counts.contentTotal++;
    if (!fresh) return;
    this.counts.contentWritten++;
    if (!isSymlink(meta.mode)) this.counts.contentBytes += size;
  }

  #noteFile(id: Checksum, meta: FileMeta, size: number): void {
    if (!this.sizes) return;
    const archived = lstatSync(this.#repo.locate(id, 'file')).size;
    this.sizes.set(id, {
      id,
      type: 'file',
      archived,
      unpacked: isSymlink(meta.mode) ? Buffer.byteLength(meta.target) : size,
    });
  }
}
