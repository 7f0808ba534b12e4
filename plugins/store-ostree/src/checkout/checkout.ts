import { chmodSync, chownSync, lstatSync, mkdirSync, statSync, utimesSync } from 'node:fs';
import type { Checksum } from '../codec/checksum.ts';
import type { Ownership } from '../codec/dir-meta.ts';
import type { DirEntry } from '../codec/dir-tree.ts';
import { errnoOf } from '../errors.ts';
import { removeTree } from '../repo/remove-tree.ts';
import type { Repository } from '../repo/repository.ts';
import { alreadyThere, cannotLink } from './errors.ts';
import { FilePlacer } from './file-placer.ts';
import { setLabel, setXattrs } from './labels.ts';
import { directoryPermissions } from './modes.ts';
import type { CheckoutOptions } from './options.ts';
import { OPAQUE_WHITEOUT } from './whiteouts.ts';

/**
 * Writes stored directories and files into the file system, by hard links where the mode of the repository allows it, as
 * `ostree checkout` does (ostree-repo-checkout.c). Throws OSTREE_CHECKOUT_EXISTS, OSTREE_CHECKOUT_LINK and OSTREE_CHECKOUT_WHITEOUT.
 */
export class Checkout {
  readonly #repo: Repository;
  readonly #options: CheckoutOptions;
  readonly #user: boolean;
  readonly #files: FilePlacer;
  /** A tree has few of them, each for many directories. */
  readonly #dirMetas = new Map<Checksum, Ownership>();

  constructor(repo: Repository, options: CheckoutOptions = {}) {
    this.#repo = repo;
    // A repository of this mode knows no owners.
    this.#user = options.user === true || repo.mode === 'bare-user-only';
    this.#options = options.label ? { ...options, copy: true } : options;
    this.#files = new FilePlacer(repo, { ...this.#options, user: this.#user });
  }

  /**
   * Makes the directory with all below it. One that is there is an error, or is added to where an overwrite mode is given. `inside`
   * is its path in the tree, with a slash at the end.
   */
  directory(entry: DirEntry, path: string, inside = '/'): void {
    if (this.#options.skip?.has(inside)) return;
    const { files, dirs } = this.#repo.readDirTree(entry.tree);
    if (this.#options.whiteouts) this.#makeWay(path, files.has(OPAQUE_WHITEOUT));
    const made = this.#makeDirectory(path);
    if (this.#options.requireLinks) this.#checkDevice(path);
    for (const [name, id] of files) this.file(id, `${path}/${name}`, `${inside}${name}`);
    for (const [name, child] of dirs) this.directory(child, `${path}/${name}`, `${inside}${name}/`);
    if (made) this.directoryMeta(entry.meta, path, inside);
  }

  /** Gives an existing directory its owner, mode, attributes and time, after everything in it was made. */
  directoryMeta(id: Checksum, path: string, inside = '/'): void {
    const { copy, label, plainDirectories, timeless } = this.#options;
    const meta = this.#dirMeta(id);
    // A change of owner takes special bits away.
    if (!this.#user) chownSync(path, meta.uid, meta.gid);
    const permissions = directoryPermissions(this.#repo.mode, meta.mode);
    chmodSync(path, plainDirectories ? permissions & 0o775 : permissions);
    if (!this.#user) {
      setXattrs(path, meta.xattrs, label !== undefined);
      if (label) setLabel(path, label(inside, meta.mode));
    }
    if (!copy || timeless) utimesSync(path, Date.now() / 1000, 0);
  }

  /** Without a path in the tree a file is made in any case. */
  file(id: Checksum, path: string, inside?: string): void {
    if (inside !== undefined && this.#options.skip?.has(inside)) return;
    this.#files.place(id, path, inside ?? '/');
  }

  /** In a stack of layers a directory takes the place of what is none, and an opaque one that of all that was there. */
  #makeWay(path: string, opaque: boolean): void {
    if (opaque) removeTree(path);
    else if (
      this.#options.overwrite === 'union' &&
      lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === false
    ) {
      removeTree(path);
    }
  }

  /** False where it was there and may be added to. */
  #makeDirectory(path: string): boolean {
    try {
      mkdirSync(path, 0o700);
      return true;
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
      if ((this.#options.overwrite ?? 'none') === 'none') throw alreadyThere(path, 'mkdir', undefined, error);
      if (!lstatSync(path).isDirectory()) throw alreadyThere(path, 'open', undefined, error);
      return false;
    }
  }

  #dirMeta(id: Checksum): Ownership {
    let meta = this.#dirMetas.get(id);
    if (!meta) {
      meta = this.#repo.readDirMeta(id);
      this.#dirMetas.set(id, meta);
    }
    return meta;
  }

  #checkDevice(path: string): void {
    const source = statSync(this.#repo.path).dev;
    const destination = statSync(path).dev;
    if (source !== destination) throw cannotLink(path, { reason: 'device', source, destination });
  }
}
