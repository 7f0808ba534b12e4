import type { CommitMeta, EntryMeta, TreeWriter } from '@ostrata/contract';
import type { Checksum } from '../codec/checksum.ts';
import type { DirTree } from '../codec/dir-tree.ts';
import { S_IFDIR, S_IFLNK, S_IFREG } from '../codec/mode.ts';
import { NO_XATTRS } from '../codec/xattrs.ts';
import { canonicalDirMeta, canonicalFileMeta } from '../commit/canonical.ts';
import { storeError } from '../errors.ts';
import type { RepoMode } from '../repo/object-path.ts';
import type { ObjectWriter } from '../repo/object-writer.ts';
import { splitPath } from '../tree/path.ts';
import { commitObject } from './commit-object.ts';

interface NewDirectory {
  meta: Checksum | undefined;
  readonly files: Map<string, Checksum>;
  readonly dirs: Map<string, NewDirectory>;
}

const newDirectory = (): NewDirectory => ({ meta: undefined, files: new Map(), dirs: new Map() });

/** Takes a new tree in path by path; files become objects at once, directories when it is committed. */
export class NewTree implements TreeWriter {
  readonly #mode: RepoMode;
  readonly #writer: ObjectWriter;
  readonly #finish: (commit: Checksum, ref: string | null) => void;
  #root = newDirectory();

  /** `finish` is called with the commit and its ref when the objects are written. */
  constructor(mode: RepoMode, writer: ObjectWriter, finish: (commit: Checksum, ref: string | null) => void) {
    this.#mode = mode;
    this.#writer = writer;
    this.#finish = finish;
  }

  directory(path: string, meta: EntryMeta): void {
    const id = this.#writer.writeDirMeta(canonicalDirMeta(this.#mode, { ...meta, mode: typed(meta.mode, S_IFDIR) }));
    if (path === '') {
      this.#root.meta = id;
      return;
    }
    const { parent, name } = this.#locate(path);
    parent.dirs.set(name, { ...newDirectory(), meta: id });
  }

  file(path: string, meta: EntryMeta, content: Uint8Array): string {
    const place = this.#locate(path);
    return this.#put(place, { ...meta, mode: typed(meta.mode, S_IFREG), target: '' }, content);
  }

  link(path: string, id: string): void {
    const { parent, name } = this.#locate(path);
    if (!this.#writer.isStored(id)) {
      throw storeError(
        'OSTREE_OBJECT_MISSING',
        `${path} was to be linked to the file object ${id}, which is not there.`,
        {
          hint: 'Add the file itself first.',
          data: { path, object: id },
        },
      );
    }
    parent.files.set(name, id);
  }

  symlink(path: string, meta: EntryMeta, target: string): void {
    const place = this.#locate(path);
    this.#put(place, { ...meta, mode: S_IFLNK | 0o777, target }, new Uint8Array());
  }

  commit(meta: CommitMeta): string {
    this.#root.meta ??= this.#writer.writeDirMeta({ uid: 0, gid: 0, mode: S_IFDIR | 0o755, xattrs: NO_XATTRS });
    const tree = this.#write(this.#root);
    const commit = this.#writer.writeCommit(commitObject({ tree, meta: this.#root.meta }, meta, { bindRef: false }));
    this.#finish(commit, meta.ref);
    this.abort();
    return commit;
  }

  abort(): void {
    this.#root = newDirectory();
  }

  #put({ parent, name }: Place, meta: Parameters<ObjectWriter['writeFile']>[0], content: Uint8Array): Checksum {
    const id = this.#writer.writeFile(canonicalFileMeta(this.#mode, meta), content);
    parent.files.set(name, id);
    return id;
  }

  #write(directory: NewDirectory): Checksum {
    const dirs: DirTree['dirs'] = new Map(
      [...directory.dirs].map(([name, child]) => [name, { tree: this.#write(child), meta: child.meta! }]),
    );
    return this.#writer.writeDirTree({ files: directory.files, dirs });
  }

  #locate(path: string): Place {
    const parts = splitPath(path);
    const name = parts.at(-1);
    let parent = this.#root;
    for (const part of parts.slice(0, -1)) {
      const next = parent.dirs.get(part);
      if (!next) {
        throw storeError(
          'OSTREE_TREE_MISSING',
          `The directory that should hold ${JSON.stringify(path)} was not added.`,
          {
            hint: 'Add directories before what is in them.',
            data: { path },
          },
        );
      }
      parent = next;
    }
    if (name !== undefined && !parent.files.has(name) && !parent.dirs.has(name)) return { parent, name };
    throw storeError('OSTREE_TREE_EXISTS', `${JSON.stringify(path)} was added already.`, {
      hint: 'Add each path once.',
      data: { path },
    });
  }
}

interface Place {
  readonly parent: NewDirectory;
  readonly name: string;
}

const typed = (mode: number, type: number): number => (mode & 0o7777) | type;
