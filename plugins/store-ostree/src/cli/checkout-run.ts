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
import { basename, dirname } from 'node:path';
import type { OverwriteMode } from '../checkout/checkout.ts';
import type { Checksum } from '../codec/checksum.ts';
import type { DirEntry } from '../codec/dir-tree.ts';
import { type FileMeta, fileChecksum } from '../codec/file-header.ts';
import { isSymlink } from '../codec/mode.ts';
import { NO_XATTRS } from '../codec/xattrs.ts';
import { canonicalFileMeta } from '../commit/canonical.ts';
import { readLocalFile } from '../commit/local-file.ts';
import { errnoOf } from '../errors.ts';
import { removeTree } from '../repo/remove-tree.ts';
import type { Repository } from '../repo/repository.ts';
import { lsetxattr } from '../syscalls.ts';
import type { Found } from './commit-path.ts';
import { VerbError } from './error.ts';

const WHITEOUT = '.wh.';
const OPAQUE_WHITEOUT = '.wh..wh..opq';

export interface CheckoutRunOptions {
  /** Files belong to the invoking user and have no special bits and attributes. */
  readonly user: boolean;
  readonly overwrite: OverwriteMode;
  /** Never a hard link. */
  readonly copy: boolean;
  /** Fail where a hard link cannot be made. */
  readonly requireLinks: boolean;
  /** Files `.wh.NAME` remove NAME, as in the layers of containers. */
  readonly whiteouts: boolean;
  /** Directories get no mode bits outside 0775. */
  readonly plainDirectories: boolean;
  /** Files of an archive are unpacked once, into the repository, and are hard links to there. */
  readonly cache: boolean;
  /** Paths, beginning with a slash, that are left out. */
  readonly skip: ReadonlySet<string>;
}

/** `ostree checkout` of one tree. */
export class CheckoutRun {
  readonly #repo: Repository;
  readonly #options: CheckoutRunOptions;
  readonly #user: boolean;
  readonly #linkable: boolean;
  readonly #uid = process.geteuid?.() ?? 0;
  readonly #gid = process.getegid?.() ?? 0;

  constructor(repo: Repository, options: CheckoutRunOptions) {
    this.#repo = repo;
    this.#options = options;
    this.#user = options.user || repo.mode === 'bare-user-only';
    const userMode = repo.mode === 'bare-user' || repo.mode === 'bare-user-only';
    this.#linkable = this.#user ? userMode : repo.mode === 'bare';
  }

  /** A directory becomes the destination, a file comes into it. */
  run(found: Found, name: string, destination: string): void {
    if ('dir' in found) {
      this.#directory(found.dir, destination, '/');
      return;
    }
    if (destination !== '.') mkdirSync(destination, { recursive: true, mode: 0o700 });
    this.#file(found.file, `${destination}/${name}`, undefined);
  }

  #directory(entry: DirEntry, path: string, inside: string): void {
    if (this.#options.skip.has(inside)) return;
    const { files, dirs } = this.#repo.readDirTree(entry.tree);
    if (this.#options.whiteouts && files.has(OPAQUE_WHITEOUT)) removeTree(path);
    const made = this.#makeDirectory(path);
    const meta = this.#repo.readDirMeta(entry.meta);
    if (made && !this.#user) for (const [name, value] of meta.xattrs) lsetxattr(path, name, value);
    for (const [name, id] of files) this.#file(id, `${path}/${name}`, `${inside}${name}`);
    for (const [name, child] of dirs) this.#directory(child, `${path}/${name}`, `${inside}${name}/`);
    if (!made) return;
    const plain = this.#options.plainDirectories || this.#repo.mode === 'bare-user-only';
    // A change of owner takes special bits away.
    if (!this.#user) chownSync(path, meta.uid, meta.gid);
    chmodSync(path, meta.mode & (plain ? 0o775 : 0o7777));
    if (!this.#options.copy) utimesSync(path, Date.now() / 1000, 0);
  }

  /** False where it was there and may be added to. */
  #makeDirectory(path: string): boolean {
    try {
      mkdirSync(path, 0o700);
      return true;
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw new VerbError(`mkdirat: ${describe(error)}`, { cause: error });
      if (this.#options.overwrite === 'none') throw new VerbError('mkdirat: File exists', { cause: error });
      if (!lstatSync(path).isDirectory()) throw new VerbError(`opendir(${basename(path)}): Not a directory`);
      return false;
    }
  }

  #file(id: Checksum, path: string, inside: string | undefined): void {
    if (inside !== undefined && this.#options.skip.has(inside)) return;
    const { meta, size } = this.#repo.inspectFile(id);
    const link = isSymlink(meta.mode);
    const name = basename(path);
    if (!link && this.#options.whiteouts && name.startsWith(WHITEOUT)) {
      const hidden = name.slice(WHITEOUT.length);
      if (hidden === '') throw new VerbError("Invalid empty whiteout ''");
      removeTree(`${dirname(path)}/${hidden}`);
      return;
    }
    // Empty files would soon have more names than a file may have.
    const copied = !link && (size === 0 || (this.#user && (meta.mode & 0o400) === 0));
    if (!copied && !this.#options.copy && this.#hardLink(id, path, link)) return;
    this.#copy(id, meta, path);
  }

  #hardLink(id: Checksum, path: string, link: boolean): boolean {
    // Symbolic links of user modes are regular files with an attribute, or cannot be told apart by owner.
    const userLink = link && (this.#repo.mode === 'bare-user' || this.#repo.mode === 'bare-user-only');
    if (this.#options.requireLinks && !this.#linkable && !userLink) {
      const userMode = this.#repo.mode === 'bare-user' || this.#repo.mode === 'bare-user-only';
      throw new VerbError(
        userMode
          ? 'User repository mode requires user checkout mode to hardlink'
          : 'Bare repository mode cannot hardlink in user checkout mode',
      );
    }
    const cached = this.#options.cache && this.#user && !link && this.#repo.mode === 'archive';
    if (!cached && (!this.#linkable || userLink)) return false;
    const source = cached ? this.#unpacked(id) : this.#repo.locate(id, 'file');
    try {
      linkSync(source, path);
      return true;
    } catch (error) {
      const code = errnoOf(error);
      if (code === 'EEXIST') return this.#linkOver(id, source, path, error);
      if (!this.#options.requireLinks && (code === 'EMLINK' || code === 'EXDEV' || code === 'EPERM')) return false;
      throw this.#linkError(id, path, error);
    }
  }

  /** The file of an archive as a bare one, in `uncompressed-objects-cache/`. */
  #unpacked(id: Checksum): string {
    const directory = `${this.#repo.path}/uncompressed-objects-cache/${id.slice(0, 2)}`;
    const path = `${directory}/${id.slice(2)}.file`;
    if (lstatSync(path, { throwIfNoEntry: false })) return path;
    mkdirSync(directory, { recursive: true, mode: 0o775 });
    const { meta, content } = this.#repo.readFile(id);
    const temporary = `${directory}/.${randomBytes(6).toString('hex')}`;
    writeFileSync(temporary, content, { flag: 'wx', mode: 0o600 });
    chmodSync(temporary, meta.mode & 0o1777);
    utimesSync(temporary, Date.now() / 1000, 0);
    renameSync(temporary, path);
    return path;
  }

  #linkOver(id: Checksum, source: string, path: string, error: unknown): boolean {
    const { overwrite } = this.#options;
    if (overwrite === 'add') return true;
    if (overwrite === 'none') throw this.#linkError(id, path, error);
    const wanted = lstatSync(source);
    const found = lstatSync(path);
    if (wanted.dev === found.dev && wanted.ino === found.ino) return true;
    const alike = wanted.mode === found.mode && wanted.size === found.size;
    if (alike && this.#localChecksum(path) === id) return true;
    if (overwrite === 'identical') throw this.#linkError(id, path, error);
    this.#replace(path, (temporary) => linkSync(source, temporary));
    return true;
  }

  #linkError(id: Checksum, path: string, error: unknown): VerbError {
    const object = `${id.slice(0, 2)}/${id.slice(2)}.file`;
    return new VerbError(`Hardlinking ${object} to ${basename(path)}: ${describe(error)}`, { cause: error });
  }

  /** The checksum of a file on disk as it would be in this repository. */
  #localChecksum(path: string): Checksum {
    const { meta, content } = readLocalFile(path, lstatSync(path));
    const plain = this.#repo.config.disableXattrs ? { ...meta, xattrs: NO_XATTRS } : meta;
    return fileChecksum(canonicalFileMeta(this.#repo.mode, plain), content);
  }

  #copy(id: Checksum, meta: FileMeta, path: string): void {
    const { overwrite } = this.#options;
    const problem = (error: unknown) => {
      const call = isSymlink(meta.mode) ? 'symlinkat' : 'linkat';
      return new VerbError(`Copy checkout of ${id} to ${basename(path)}: ${call}: ${describe(error)}`, {
        cause: error,
      });
    };
    try {
      this.#make(id, meta, path);
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
      if (overwrite === 'add') return;
      if (overwrite === 'none') throw problem(error);
      if (overwrite === 'identical') {
        if (this.#sameAs(id, meta, path)) return;
        throw problem(error);
      }
      this.#replace(path, (temporary) => this.#make(id, meta, temporary));
    }
  }

  #sameAs(id: Checksum, meta: FileMeta, path: string): boolean {
    const stat = lstatSync(path);
    if (stat.isDirectory()) return false;
    if (isSymlink(meta.mode)) return readLocalFile(path, stat).meta.target === meta.target;
    return this.#localChecksum(path) === id;
  }

  /** Puts a new file in the place of what is there; a directory goes only where whiteouts are heeded. */
  #replace(path: string, make: (temporary: string) => void): void {
    if (this.#options.whiteouts) removeTree(path);
    const temporary = `${dirname(path)}/.checkout-${randomBytes(6).toString('hex')}`;
    make(temporary);
    try {
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw new VerbError(`renameat: ${describe(error)}`, { cause: error });
    }
  }

  #make(id: Checksum, meta: FileMeta, path: string): void {
    if (isSymlink(meta.mode)) {
      symlinkSync(meta.target, path);
      if (this.#user) return;
      lchownSync(path, meta.uid, meta.gid);
      for (const [name, value] of meta.xattrs) lsetxattr(path, name, value);
      return;
    }
    if (this.#repo.mode === 'archive' || this.#repo.inspectFile(id).size === 0) {
      writeFileSync(path, this.#repo.readFile(id).content, { flag: 'wx', mode: 0o600 });
    } else {
      copyFileSync(this.#repo.locate(id, 'file'), path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    }
    if (this.#user) {
      // A copy that root makes has the owner of the object.
      chownSync(path, this.#uid, this.#gid);
      chmodSync(path, (meta.mode & 0o1777) | 0o400);
    } else {
      chownSync(path, meta.uid, meta.gid);
      chmodSync(path, meta.mode & 0o7777);
      for (const [name, value] of meta.xattrs) lsetxattr(path, name, value);
    }
  }
}

function describe(error: unknown): string {
  const code = errnoOf(error);
  if (code === 'EEXIST') return 'File exists';
  if (code === 'EISDIR') return 'Is a directory';
  return code ?? String(error);
}
