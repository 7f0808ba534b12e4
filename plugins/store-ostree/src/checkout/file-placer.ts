import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  constants,
  copyFileSync,
  lchownSync,
  linkSync,
  lstatSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Checksum } from '../codec/checksum.ts';
import { type FileMeta, fileChecksum } from '../codec/file-header.ts';
import { isSymlink } from '../codec/mode.ts';
import { NO_XATTRS } from '../codec/xattrs.ts';
import { canonicalFileMeta } from '../commit/canonical.ts';
import { readLocalFile } from '../commit/local-file.ts';
import { errnoOf } from '../errors.ts';
import { objectPath, type RepoMode } from '../repo/object-path.ts';
import { removeTree } from '../repo/remove-tree.ts';
import type { Repository } from '../repo/repository.ts';
import { alreadyThere, cannotLink } from './errors.ts';
import { setLabel, setXattrs } from './labels.ts';
import { copyPermissions } from './modes.ts';
import type { CheckoutOptions, OverwriteMode } from './options.ts';
import { unpack, unpackedPath } from './unpacked-cache.ts';
import { applyWhiteout, isOverlayWhiteout, isWhiteout, makeOverlayWhiteout } from './whiteouts.ts';

const NO_BYTES = new Uint8Array();

interface LoadedFile {
  readonly meta: FileMeta;
  readonly content: Uint8Array;
}

const isUserMode = (mode: RepoMode): boolean => mode === 'bare-user' || mode === 'bare-user-only';

/** Makes single files of a checkout. */
export class FilePlacer {
  readonly #repo: Repository;
  /** The repository and what it inherits from, the nearest first. */
  readonly #chain: readonly Repository[];
  readonly #options: CheckoutOptions;
  readonly #user: boolean;
  readonly #overwrite: OverwriteMode;
  readonly #cached: boolean;
  readonly #uid = process.geteuid?.() ?? 0;
  readonly #gid = process.getegid?.() ?? 0;

  constructor(repo: Repository, options: CheckoutOptions & { readonly user: boolean }) {
    this.#repo = repo;
    const chain: Repository[] = [];
    for (let each: Repository | undefined = repo; each; each = each.parent) chain.push(each);
    this.#chain = chain;
    this.#options = options;
    this.#user = options.user;
    this.#overwrite = options.overwrite ?? 'none';
    this.#cached = options.cache === true && options.user && !options.copy && repo.mode === 'archive';
  }

  /** `inside` is the path in the tree. */
  place(id: Checksum, path: string, inside: string): void {
    const { whiteouts, passthroughWhiteouts, copy, linkAll } = this.#options;
    const name = basename(path);
    const hides = whiteouts === true && isWhiteout(name);
    const marks = !hides && passthroughWhiteouts === true && isOverlayWhiteout(name);
    // What was unpacked before is no symbolic link, not empty and readable.
    if (this.#cached && !hides && !marks && this.#link(unpackedPath(this.#repo, id), id, path)) return;
    // Of an archive all is read at once: its files must be read in any case.
    const loaded = this.#repo.mode === 'archive' ? this.#repo.readFile(id) : undefined;
    const { mode, size } = loaded ? { mode: loaded.meta.mode, size: loaded.content.length } : this.#repo.glanceFile(id);
    const link = isSymlink(mode);
    if (!link && hides) {
      applyWhiteout(path);
      return;
    }
    if (!link && marks) {
      const { meta } = loaded ?? this.#repo.inspectFile(id);
      makeOverlayWhiteout(path, meta, { user: this.#user, overwrite: this.#overwrite });
      return;
    }
    // Empty files would soon have more names than a file may have.
    const copied = !link && !linkAll && (size === 0 || (this.#user && (mode & 0o400) === 0));
    if (!copied && !copy && this.#hardLink(id, path, link, loaded)) return;
    // A copy of an empty file would have the time of the object.
    const content = loaded?.content ?? (size === 0 ? NO_BYTES : undefined);
    this.#copy(id, path, inside, loaded?.meta ?? this.#repo.inspectFile(id).meta, content);
  }

  #hardLink(id: Checksum, path: string, link: boolean, loaded: LoadedFile | undefined): boolean {
    for (const repo of this.#chain) {
      const userRepo = isUserMode(repo.mode);
      const linkable = this.#user ? userRepo : repo.mode === 'bare';
      // Symbolic links of user modes are regular files with an attribute, or cannot be told apart by owner.
      const userLink = link && userRepo;
      if (this.#options.requireLinks && !linkable && !userLink) {
        throw cannotLink(path, { reason: userRepo ? 'user-repository' : 'user-checkout' });
      }
      if (!linkable || userLink) continue;
      for (const place of repo.places) {
        const done = this.#link(`${place}/${objectPath(id, 'file', repo.mode)}`, id, path);
        if (done !== undefined) return done;
      }
    }
    if (!this.#cached || link || !loaded) return false;
    return this.#link(unpack(this.#repo, id, loaded), id, path) === true;
  }

  /** Undefined where the source is not there, false where the system cannot link it. */
  #link(source: string, id: Checksum, path: string): boolean | undefined {
    try {
      linkSync(source, path);
      return true;
    } catch (error) {
      const code = errnoOf(error);
      if (code === 'EEXIST') return this.#linkOver(id, source, path, error);
      if (code === 'ENOENT') return undefined;
      if (!this.#options.requireLinks && (code === 'EMLINK' || code === 'EXDEV' || code === 'EPERM')) return false;
      if (code === undefined) throw error;
      throw cannotLink(path, { reason: 'refused', object: id, errno: code }, error);
    }
  }

  #linkOver(id: Checksum, source: string, path: string, error: unknown): boolean | undefined {
    const wanted = lstatSync(source, { throwIfNoEntry: false });
    if (!wanted) return undefined;
    if (this.#overwrite === 'add') return true;
    if (this.#overwrite === 'none') throw alreadyThere(path, 'link', id, error);
    const found = lstatSync(path);
    if (wanted.dev === found.dev && wanted.ino === found.ino) return true;
    const alike = wanted.mode === found.mode && wanted.size === found.size;
    if (alike && this.#localChecksum(path) === id) return true;
    if (this.#overwrite === 'identical') throw alreadyThere(path, 'link', id, error);
    this.#replace(path, (temporary) => linkSync(source, temporary));
    return true;
  }

  /** The checksum of a file on disk as it would be in this repository. */
  #localChecksum(path: string): Checksum {
    const { meta, content } = readLocalFile(path, lstatSync(path));
    const plain = this.#repo.config.disableXattrs ? { ...meta, xattrs: NO_XATTRS } : meta;
    return fileChecksum(canonicalFileMeta(this.#repo.mode, plain), content);
  }

  #copy(id: Checksum, path: string, inside: string, meta: FileMeta, content: Uint8Array | undefined): void {
    const make = (target: string) => this.#make(id, meta, target, inside, content);
    try {
      make(path);
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
      if (this.#overwrite === 'add') return;
      if (this.#overwrite === 'identical' && this.#sameAs(id, meta, path)) return;
      if (this.#overwrite !== 'union') {
        throw alreadyThere(path, isSymlink(meta.mode) ? 'symlink' : 'copy', id, error);
      }
      this.#replace(path, make);
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
      const code = errnoOf(error);
      if (code === 'EISDIR' || code === 'ENOTEMPTY' || code === 'EEXIST')
        throw alreadyThere(path, 'replace', undefined, error);
      throw error;
    }
  }

  #make(id: Checksum, meta: FileMeta, path: string, inside: string, content: Uint8Array | undefined): void {
    const { label, timeless } = this.#options;
    if (isSymlink(meta.mode)) {
      symlinkSync(meta.target, path);
      if (!this.#user) lchownSync(path, meta.uid, meta.gid);
    } else {
      if (content) writeFileSync(path, content, { flag: 'wx', mode: 0o600 });
      else this.#copyContent(id, path);
      // A copy that root makes has the owner of the object otherwise.
      chownSync(path, this.#user ? this.#uid : meta.uid, this.#user ? this.#gid : meta.gid);
      chmodSync(path, this.#user ? copyPermissions(meta.mode) : meta.mode & 0o7777);
    }
    if (!this.#user) {
      setXattrs(path, meta.xattrs, label !== undefined);
      if (label) setLabel(path, label(inside, meta.mode));
    }
    if (timeless && !isSymlink(meta.mode)) utimesSync(path, Date.now() / 1000, 0);
  }

  #copyContent(id: Checksum, path: string): void {
    for (const repo of this.#chain) {
      if (repo.mode === 'archive') continue;
      for (const place of repo.places) {
        try {
          copyFileSync(
            `${place}/${objectPath(id, 'file', repo.mode)}`,
            path,
            constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE,
          );
          return;
        } catch (error) {
          if (errnoOf(error) !== 'ENOENT') throw error;
        }
      }
    }
    writeFileSync(path, this.#repo.readFile(id).content, { flag: 'wx', mode: 0o600 });
  }
}
