import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  constants,
  copyFileSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Checksum } from '../codec/checksum.ts';
import type { DirEntry } from '../codec/dir-tree.ts';
import { isSymlink } from '../codec/mode.ts';
import { readLocalFile } from '../commit/local-file.ts';
import { errnoOf, storeError } from '../errors.ts';
import { objectPath } from '../repo/object-path.ts';
import type { Repository } from '../repo/repository.ts';
import { storesSymlink } from '../repo/storage/bare-user.ts';
import { lsetxattr } from '../syscalls.ts';
import { directoryPermissions, userFilePermissions } from './modes.ts';

/** What a checkout does where a file is already: fail, replace it, leave it, or fail unless it is the same. Directories merge. */
export type OverwriteMode = 'none' | 'union' | 'add' | 'identical';

export interface CheckoutOptions {
  /** Files belong to the invoking user and have no special bits and attributes. */
  readonly user?: boolean;
  /** Files are copies and never hard links into the repository. */
  readonly copy?: boolean;
  readonly overwrite?: OverwriteMode;
}

/** Writes stored directories and files into the file system, by hard links where the mode of the repository allows it. */
export class Checkout {
  readonly #repo: Repository;
  readonly #user: boolean;
  readonly #link: boolean;
  readonly #overwrite: OverwriteMode;
  readonly #uid = process.geteuid?.() ?? 0;
  readonly #gid = process.getegid?.() ?? 0;

  constructor(repo: Repository, options: CheckoutOptions = {}) {
    this.#repo = repo;
    this.#user = options.user ?? false;
    this.#overwrite = options.overwrite ?? 'none';
    const matches = this.#user ? repo.mode === 'bare-user' || repo.mode === 'bare-user-only' : repo.mode === 'bare';
    this.#link = matches && !options.copy;
  }

  /** Makes the directory with all below it. One that is there is an error, or is added to where an overwrite mode is given. */
  directory(entry: DirEntry, path: string): void {
    const merged = !this.#makeDirectory(path);
    const { files, dirs } = this.#repo.readDirTree(entry.tree);
    for (const [name, id] of files) this.file(id, `${path}/${name}`);
    for (const [name, child] of dirs) this.directory(child, `${path}/${name}`);
    if (!merged) this.directoryMeta(entry.meta, path);
  }

  /** Gives an existing directory its owner, mode, attributes and time, after everything in it was made. */
  directoryMeta(id: Checksum, path: string): void {
    const meta = this.#repo.readDirMeta(id);
    if (!this.#user) chownSync(path, meta.uid, meta.gid);
    chmodSync(path, directoryPermissions(this.#repo.mode, meta.mode));
    if (!this.#user) for (const [name, value] of meta.xattrs) lsetxattr(path, name, value);
    utimesSync(path, 0, 0);
  }

  file(id: Checksum, path: string): void {
    try {
      this.#make(id, path);
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
      this.#existing(id, path);
    }
  }

  #makeDirectory(path: string): boolean {
    try {
      mkdirSync(path, 0o700);
      return true;
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
      if (this.#overwrite === 'none' || !lstatSync(path).isDirectory()) throw alreadyThere(path, error);
      return false;
    }
  }

  #existing(id: Checksum, path: string): void {
    if (this.#overwrite === 'add') return;
    if (this.#overwrite === 'none' || lstatSync(path).isDirectory()) throw alreadyThere(path);
    if (this.#overwrite === 'identical') {
      if (this.#sameFile(id, path)) return;
      throw alreadyThere(path);
    }
    const temporary = join(dirname(path), `.${basename(path).slice(0, 200)}.${randomBytes(4).toString('hex')}`);
    this.#make(id, temporary);
    renameSync(temporary, path);
    // rename(2) of two names of one file does nothing.
    rmSync(temporary, { force: true });
  }

  #sameFile(id: Checksum, path: string): boolean {
    const wanted = this.#repo.readFile(id);
    const found = readLocalFile(path, lstatSync(path));
    const plain = this.#user || this.#repo.mode === 'bare-user-only';
    if (wanted.meta.target !== found.meta.target || Buffer.compare(wanted.content, found.content) !== 0) return false;
    if (plain) return true;
    return (
      wanted.meta.mode === found.meta.mode &&
      wanted.meta.uid === found.meta.uid &&
      wanted.meta.gid === found.meta.gid &&
      JSON.stringify(wanted.meta.xattrs) === JSON.stringify(found.meta.xattrs)
    );
  }

  #make(id: Checksum, path: string): void {
    if (this.#link && this.#hardLink(id, path)) return;
    const source = this.#repo.locate(id, 'file');
    const { meta } = this.#repo.inspectFile(id);
    if (isSymlink(meta.mode)) {
      symlinkSync(meta.target, path);
      if (!this.#user) lchownSync(path, meta.uid, meta.gid);
    } else {
      const fresh = constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE;
      if (this.#repo.mode === 'archive')
        writeFileSync(path, this.#repo.readFile(id).content, { flag: 'wx', mode: 0o600 });
      else copyFileSync(source, path, fresh);
      // A copy made by root has the owner of the object otherwise.
      if (this.#user) chownSync(path, this.#uid, this.#gid);
      else chownSync(path, meta.uid, meta.gid);
      chmodSync(path, this.#user ? userFilePermissions(this.#repo.mode, meta.mode) : meta.mode & 0o7777);
    }
    if (!this.#user) for (const [name, value] of meta.xattrs) lsetxattr(path, name, value);
    if (!isSymlink(meta.mode)) utimesSync(path, 0, 0);
  }

  /** False where this file has to be copied after all. */
  #hardLink(id: Checksum, path: string): boolean {
    // Nearly always it is in the first place, and is not asked for twice.
    const source = `${this.#repo.objectsPath}/${objectPath(id, 'file', this.#repo.mode)}`;
    return this.#linkFrom(source, path) ?? this.#linkFrom(this.#repo.locate(id, 'file'), path) ?? false;
  }

  /** Undefined where there is no such object. */
  #linkFrom(source: string, path: string): boolean | undefined {
    try {
      if (this.#repo.mode === 'bare-user' && storesSymlink(source)) return false;
      linkSync(source, path);
      return true;
    } catch (error) {
      const code = errnoOf(error);
      if (code === 'ENOENT' && lstatSync(source, { throwIfNoEntry: false }) === undefined) return undefined;
      if (code === 'EMLINK' || code === 'EXDEV' || code === 'EPERM') return false;
      throw error;
    }
  }
}

function alreadyThere(path: string, cause?: unknown) {
  return storeError('OSTREE_CHECKOUT_EXISTS', `The checkout met something else at ${path}.`, {
    hint: 'Check out into a new directory, or remove what is there.',
    data: { path },
    cause,
  });
}
