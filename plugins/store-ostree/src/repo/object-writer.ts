import { closeSync, fchmodSync, fsyncSync, mkdtempSync, openSync, renameSync, rmSync } from 'node:fs';
import { type Checksum, sha256 } from '../codec/checksum.ts';
import { type CommitObject, encodeCommit, encodeMetadata, type Metadata } from '../codec/commit.ts';
import { encodeDirMeta, type Ownership } from '../codec/dir-meta.ts';
import { type DirTree, encodeDirTree } from '../codec/dir-tree.ts';
import { CodecError } from '../codec/errors.ts';
import { type FileMeta, fileChecksum, startFileChecksum } from '../codec/file-header.ts';
import { isSymlink } from '../codec/mode.ts';
import { errnoOf, storeError } from '../errors.ts';
import { bytesContent, type Content, NO_CONTENT } from './content.ts';
import { fsyncPath, makeDirectory } from './directory.ts';
import { FreeSpaceGuard } from './free-space.ts';
import { ObjectIndex } from './object-index.ts';
import { type ObjectType, objectPath } from './object-path.ts';
import type { Repository } from './repository.ts';
import { writeAll } from './storage/storage.ts';

const NO_BYTES = new Uint8Array();

/**
 * Writes objects into a staging directory, each in one pass over its bytes and only when the repository does not have it yet.
 * Several writers, also in several threads, may share a staging directory.
 */
export class ObjectWriter {
  readonly #repo: Repository;
  readonly #staging: string;
  readonly #space: FreeSpaceGuard;
  readonly #index: ObjectIndex;
  /** What need not be written because a parent has it, and whether that goes for its files. */
  readonly #inherited: readonly { readonly index: ObjectIndex; readonly files: boolean }[];
  #own: string | undefined;
  #temporaries = 0;

  constructor(repo: Repository, staging: string) {
    this.#repo = repo;
    this.#staging = staging;
    this.#index = new ObjectIndex(repo.mode, [...new Set([...repo.places, staging])]);
    const parents: Repository[] = [];
    for (let parent = repo.parent; parent; parent = parent.parent) parents.push(parent);
    this.#inherited = parents.map((parent) => ({
      index: new ObjectIndex(parent.mode, [parent.objectsPath]),
      // libostree cannot read the files of an archive through a repository of another mode.
      files: parent.mode !== 'archive' || repo.mode === 'archive',
    }));
    this.#space = new FreeSpaceGuard(repo.path, repo.config.minFreeSpace);
  }

  /** A file whose content is in memory, or a symbolic link with none. */
  writeFile(meta: FileMeta, bytes: Uint8Array): Checksum {
    const id = this.fileId(meta, bytes);
    if (!this.has(id, 'file')) this.writeNewFile(id, meta, isSymlink(meta.mode) ? NO_CONTENT : bytesContent(bytes));
    return id;
  }

  /** The checksum that `writeFile` would give. */
  fileId(meta: FileMeta, bytes: Uint8Array): Checksum {
    return this.#checked(() => fileChecksum(meta, isSymlink(meta.mode) ? NO_BYTES : bytes));
  }

  /** A file that is read in parts: hashed while it is written, and dropped again if the repository has it. */
  writeStream(meta: FileMeta, content: Content): Checksum {
    const checksum = this.#checked(() => startFileChecksum(meta));
    const hashing: Content = {
      size: content.size,
      *chunks() {
        for (const chunk of content.chunks()) {
          checksum.update(chunk);
          yield chunk;
        }
      },
    };
    const temporary = this.#temporary();
    this.#writeStored(temporary, meta, hashing);
    const id = checksum.digest('hex');
    if (this.has(id, 'file')) rmSync(temporary);
    else this.#place(temporary, id, 'file');
    return id;
  }

  /** A file whose checksum is known and which is known not to be there. */
  writeNewFile(id: Checksum, meta: FileMeta, content: Content): void {
    const temporary = this.#temporary();
    this.#writeStored(temporary, meta, content, id);
    this.#place(temporary, id, 'file');
  }

  writeDirTree(tree: DirTree): Checksum {
    return this.writeMetadata(
      'dirtree',
      this.#checked(() => encodeDirTree(tree)),
    );
  }

  writeDirMeta(meta: Ownership): Checksum {
    return this.writeMetadata(
      'dirmeta',
      this.#checked(() => encodeDirMeta(meta)),
    );
  }

  writeCommit(commit: CommitObject): Checksum {
    return this.writeMetadata(
      'commit',
      this.#checked(() => encodeCommit(commit)),
    );
  }

  /** Sets the detached metadata of a commit, in place of what it had. */
  writeCommitMeta(commit: Checksum, metadata: Metadata): void {
    this.#writePlain(
      commit,
      'commitmeta',
      this.#checked(() => encodeMetadata(metadata)),
    );
  }

  writeMetadata(type: 'dirtree' | 'dirmeta' | 'commit', bytes: Uint8Array): Checksum {
    const id = sha256(bytes);
    if (!this.has(id, type)) this.#writePlain(id, type, bytes);
    return id;
  }

  /**
   * Whether an object need not be written: it is in the repository, on its way into it or in a parent. Looks into each directory of objects once: what others add meanwhile may be written twice,
   * which does no harm, and nothing is removed while the repository's lock is held.
   */
  has(id: Checksum, type: ObjectType): boolean {
    if (this.#index.has(id, type)) return true;
    return this.#inherited.some(({ index, files }) => (files || type !== 'file') && index.has(id, type));
  }

  /** Whether a file object is there, whoever wrote it and when. */
  isStored(file: Checksum): boolean {
    return this.has(file, 'file') || this.#repo.find(file, 'file') !== undefined;
  }

  /** Brings a file into the staging directory by a function that makes it at the path it is given. */
  adopt(id: Checksum, type: ObjectType, make: (temporary: string) => void): void {
    const temporary = this.#temporary();
    try {
      make(temporary);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
    this.#place(temporary, id, type);
  }

  #writePlain(id: Checksum, type: ObjectType, bytes: Uint8Array): void {
    this.adopt(id, type, (temporary) => {
      const fd = openSync(temporary, 'wx', 0o600);
      try {
        writeAll(fd, bytes);
        fchmodSync(fd, 0o644);
        if (this.#repo.config.perObjectFsync) fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
    });
  }

  #writeStored(temporary: string, meta: FileMeta, content: Content, id?: Checksum): void {
    this.#space.charge(content.size);
    try {
      this.#checked(() => this.#repo.storage.write(temporary, meta, content), id);
      if (this.#repo.config.perObjectFsync && !isSymlink(meta.mode)) fsyncPath(temporary);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw this.#explain(error, meta);
    }
  }

  #place(temporary: string, id: Checksum, type: ObjectType): void {
    const relative = objectPath(id, type, this.#repo.mode);
    const path = `${this.#staging}/${relative}`;
    try {
      renameSync(temporary, path);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
      makeDirectory(path.slice(0, path.lastIndexOf('/')));
      renameSync(temporary, path);
    }
    this.#index.add(id, type);
  }

  /**
   * In a directory of this writer's own: the kernel lets only one thread at a time make a file in a directory. Its name is new, as a
   * program that was killed, maybe with the same process id in another container, may have left files in the staging directory.
   */
  #temporary(): string {
    this.#own ??= mkdtempSync(`${this.#staging}/writer-`);
    return `${this.#own}/${this.#temporaries++}`;
  }

  #checked<T>(make: () => T, object?: Checksum): T {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      throw storeError('OSTREE_OBJECT_INVALID', `This cannot be stored in ${this.#repo.path}: ${error.message}.`, {
        hint: 'OSTree holds regular files, symbolic links and directories with names and targets of valid UTF-8.',
        data: { repository: this.#repo.path, ...(object === undefined ? {} : { object }) },
        cause: error,
      });
    }
  }

  #explain(error: unknown, meta: FileMeta): unknown {
    const code = errnoOf(error);
    const { path } = this.#repo;
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      return storeError('OSTREE_NO_SPACE', `The file system of the repository ${path} is full.`, {
        hint: 'Free some space and run it again: nothing half-written stays.',
        data: { path },
        cause: error,
      });
    }
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP') return error;
    return storeError(
      'OSTREE_REPO_PERMISSION',
      `A file of owner ${meta.uid}:${meta.gid} cannot be written to the ${this.#repo.mode} repository ${path}: ${(error as Error).message}.`,
      {
        hint: 'Write mode bare as root, or use a repository of mode bare-user or archive; extended attributes need a file system that has them.',
        data: { path, uid: meta.uid, gid: meta.gid },
        cause: error,
      },
    );
  }
}
