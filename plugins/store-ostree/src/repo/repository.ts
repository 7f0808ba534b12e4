import { lstatSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Checksum, sha256 } from '../codec/checksum.ts';
import { type CommitObject, decodeCommit } from '../codec/commit.ts';
import { decodeDirMeta, type Ownership } from '../codec/dir-meta.ts';
import { type DirTree, decodeDirTree } from '../codec/dir-tree.ts';
import { CodecError } from '../codec/errors.ts';
import type { FileMeta } from '../codec/file-header.ts';
import { errnoOf, storeError } from '../errors.ts';
import { parseConfig, type RepoConfig } from './config.ts';
import { type Content, explainedContent } from './content.ts';
import { type ObjectType, objectPath, type RepoMode } from './object-path.ts';
import { borrowFile } from './read-file.ts';
import { archiveStorage } from './storage/archive.ts';
import { bareStorage } from './storage/bare.ts';
import { bareSplitXattrsStorage } from './storage/bare-split-xattrs.ts';
import { bareUserStorage } from './storage/bare-user.ts';
import { bareUserOnlyStorage } from './storage/bare-user-only.ts';
import type { FileStorage, StoredFile } from './storage/storage.ts';

/** OSTREE_MAX_METADATA_SIZE of libostree. */
const MAX_METADATA = 128 * 1024 * 1024;

/** More repositories than these are not looked into one after the other: a chain of parents that is longer is a ring. */
const MAX_PARENTS = 16;

export interface OpenOptions {
  /** False for a run that need not survive a crash of the system, whatever the config says. */
  readonly fsync?: boolean | undefined;
  /** True for a run that has each object written to its device before the next one, whatever the config says. */
  readonly perObjectFsync?: boolean | undefined;
  /** What to take for the id of this boot of the system, by which programs know what was left behind since. */
  readonly bootId?: string | undefined;
}

/** A repository on disk, for reading. What it reads of metadata is checked against its checksum. */
export class Repository {
  readonly path: string;
  readonly config: RepoConfig;
  readonly storage: FileStorage;
  /** Directories laid out as `objects/` that are looked into as well: objects on their way into the repository. */
  readonly extraObjects: string[] = [];
  /** The repository that `core.parent` names: what is not in this one is looked for there. It may have another mode. */
  readonly parent: Repository | undefined;
  readonly #bootId: string | undefined;

  private constructor(path: string, config: RepoConfig, parent: Repository | undefined, bootId: string | undefined) {
    this.path = path;
    this.#bootId = bootId;
    this.config = config;
    this.storage = storageFor(config);
    this.parent = parent;
  }

  static open(location: string, options: OpenOptions = {}): Repository {
    return Repository.#open(location, options, 0);
  }

  static #open(location: string, options: OpenOptions, depth: number): Repository {
    const path = resolve(location);
    const configPath = join(path, 'config');
    let text: string;
    try {
      text = readFileSync(configPath, 'utf8');
      lstatSync(join(path, 'objects'));
    } catch (error) {
      const code = errnoOf(error);
      if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
      throw storeError('OSTREE_REPO_MISSING', `There is no OSTree repository at ${path}.`, {
        hint: 'Check the path, or make a repository there first.',
        data: { path },
        cause: error,
      });
    }
    const config = withOptions(parseConfig(text, configPath), options);
    if (config.parent !== undefined && depth === MAX_PARENTS) {
      throw storeError('OSTREE_REPO_INVALID', `The parents of the repository ${path} lead round in a ring.`, {
        hint: 'Correct core.parent in the config of one of them.',
        data: { path: configPath },
      });
    }
    const parent = config.parent === undefined ? undefined : Repository.#open(config.parent, {}, depth + 1);
    return new Repository(path, config, parent, options.bootId);
  }

  get mode(): RepoMode {
    return this.config.mode;
  }

  /** The id of this boot of the system. */
  get bootId(): string {
    return this.#bootId ?? readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  }

  get objectsPath(): string {
    return `${this.path}/objects`;
  }

  /** The directories laid out as `objects/` that hold objects as this repository keeps them. */
  get places(): readonly string[] {
    return [this.objectsPath, ...this.extraObjects];
  }

  /** Where an object is, or undefined where it is not. A file of a parent may be kept in another way than here. */
  find(id: Checksum, type: ObjectType): string | undefined {
    return this.#findHere(id, type) ?? this.parent?.find(id, type);
  }

  #findHere(id: Checksum, type: ObjectType): string | undefined {
    const relative = objectPath(id, type, this.mode);
    for (const directory of this.places) {
      const path = `${directory}/${relative}`;
      if (lstatSync(path, { throwIfNoEntry: false })) return path;
    }
    return undefined;
  }

  /** Where an object is; throws OSTREE_OBJECT_MISSING. */
  locate(id: Checksum, type: ObjectType): string {
    const path = this.find(id, type);
    if (path !== undefined) return path;
    throw storeError('OSTREE_OBJECT_MISSING', `The ${type} object ${id} is not in the repository ${this.path}.`, {
      hint: 'Pull the commit again: the repository has only a part of it.',
      data: { repository: this.path, object: id, type },
    });
  }

  /** The bytes of a metadata object, checked against its checksum (but for commitmeta, which has none). */
  readMetadata(id: Checksum, type: Exclude<ObjectType, 'file'>): Buffer {
    return Buffer.from(this.borrowMetadata(id, type));
  }

  readDirTree(id: Checksum): DirTree {
    return this.decoding(id, 'dirtree', () => decodeDirTree(this.borrowMetadata(id, 'dirtree')));
  }

  readDirMeta(id: Checksum): Ownership {
    return this.decoding(id, 'dirmeta', () => decodeDirMeta(this.readMetadata(id, 'dirmeta')));
  }

  readCommit(id: Checksum): CommitObject {
    return this.decoding(id, 'commit', () => decodeCommit(this.readMetadata(id, 'commit')));
  }

  /** What a file object says but its content. */
  inspectFile(id: Checksum): StoredFile {
    return this.decoding(id, 'file', () => this.reading(id, 'file', (path, storage) => storage.inspect(path)));
  }

  /** The mode and size of a file object, at the least cost. */
  glanceFile(id: Checksum): { readonly mode: number; readonly size: number } {
    return this.decoding(id, 'file', () => this.reading(id, 'file', (path, storage) => storage.glance(path)));
  }

  readFile(id: Checksum): { readonly meta: FileMeta; readonly content: Uint8Array } {
    return this.decoding(id, 'file', () => this.reading(id, 'file', (path, storage) => storage.read(path)));
  }

  /** A file whose content is to be gone through before the next file is read: see {@link FileStorage.stream}. */
  streamFile(id: Checksum): { readonly meta: FileMeta; readonly content: Content } {
    const explain = (error: CodecError) => this.corrupt(id, 'file', error.message, { cause: error });
    const read = () => this.reading(id, 'file', (path, storage) => storage.stream(path));
    const { meta, content } = this.decoding(id, 'file', read);
    return { meta, content: explainedContent(content, explain) };
  }

  /** `actual` is the checksum that the bytes have. */
  corrupt(
    id: Checksum,
    type: ObjectType,
    problem: string,
    { cause, actual }: { cause?: unknown; actual?: Checksum } = {},
  ) {
    return storeError('OSTREE_OBJECT_CORRUPT', `The ${type} object ${id} in ${this.path} is corrupt: ${problem}.`, {
      hint: 'Run a check of the repository, remove the object and pull its commit again.',
      data: { repository: this.path, object: id, type, ...(actual === undefined ? {} : { actual }) },
      cause,
    });
  }

  /** As `readMetadata`, valid until the next object is read. */
  private borrowMetadata(id: Checksum, type: Exclude<ObjectType, 'file'>): Buffer {
    const refuse = (size: number) => this.corrupt(id, type, `it has ${size} bytes and ${MAX_METADATA} are allowed`);
    const bytes = this.reading(id, type, (path) => borrowFile(path, MAX_METADATA, refuse));
    if (type === 'commitmeta') return bytes;
    const actual = sha256(bytes);
    if (actual !== id) throw this.corrupt(id, type, 'its bytes have another checksum', { actual });
    return bytes;
  }

  /** Does something with the path of an object. Nearly always it is in the first place, which is not asked twice. */
  private reading<T>(id: Checksum, type: ObjectType, read: (path: string, storage: FileStorage) => T): T {
    try {
      return read(`${this.objectsPath}/${objectPath(id, type, this.mode)}`, this.storage);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
      const path = this.#findHere(id, type);
      if (path === undefined && this.parent?.find(id, type) !== undefined) return this.parent.reading(id, type, read);
      return read(path ?? this.locate(id, type), this.storage);
    }
  }

  private decoding<T>(id: Checksum, type: ObjectType, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (error instanceof CodecError) throw this.corrupt(id, type, error.message, { cause: error });
      throw error;
    }
  }
}

function withOptions(config: RepoConfig, { fsync = true, perObjectFsync = false }: OpenOptions): RepoConfig {
  if (!fsync) return { ...config, fsync: false, perObjectFsync: false };
  return perObjectFsync ? { ...config, perObjectFsync } : config;
}

function storageFor(config: RepoConfig): FileStorage {
  switch (config.mode) {
    case 'bare':
      return bareStorage({ xattrs: !config.disableXattrs });
    case 'bare-user':
      return bareUserStorage;
    case 'bare-user-only':
      return bareUserOnlyStorage;
    case 'bare-split-xattrs':
      return bareSplitXattrsStorage;
    case 'archive':
      return archiveStorage({ level: config.zlibLevel });
  }
}
