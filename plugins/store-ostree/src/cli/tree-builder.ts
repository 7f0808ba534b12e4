import { closeSync, existsSync, lstatSync, openSync, readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import type { Checksum } from '../codec/checksum.ts';
import { compareNames, type DirEntry } from '../codec/dir-tree.ts';
import type { FileMeta } from '../codec/file-header.ts';
import { NO_XATTRS, type Xattr } from '../codec/xattrs.ts';
import { canonicalDirMeta, canonicalFileMeta } from '../commit/canonical.ts';
import type { DeviceInodeCache } from '../commit/device-inode-cache.ts';
import { openFileContent } from '../repo/content.ts';
import type { Repository } from '../repo/repository.ts';
import { bareMeta, readXattrs } from '../repo/storage/bare.ts';
import type { CountingWriter } from './counting-writer.ts';
import { VerbError } from './error.ts';
import type { Modifier, Owned } from './modifier.ts';

/** A directory on its way into a commit. */
interface NewDirectory {
  meta: Checksum | undefined;
  /** A stored directory that nothing was added to yet. */
  stored: Checksum | undefined;
  readonly files: Map<string, Checksum>;
  readonly dirs: Map<string, NewDirectory>;
}

export interface BuilderOptions {
  /** Undefined where trees of the repository are taken as they are. */
  readonly modifier: Modifier | undefined;
  /** Files that are hard links to objects. */
  readonly linked: DeviceInodeCache | undefined;
  /** Such files are taken for unchanged, whatever the modifier says. */
  readonly trustLinks: boolean;
  /** Files of the file system are removed afterwards and may be taken as they are. */
  readonly consume: boolean;
}

/** Above this size a file is read in parts. */
const WHOLE_FILE = 16 * 1024 * 1024;

/** Lays directories and trees over each other, as the `--tree` options of `ostree commit` say. */
export class TreeBuilder {
  readonly #repo: Repository;
  readonly #writer: CountingWriter;
  readonly #options: BuilderOptions;
  readonly #root: NewDirectory;

  constructor(repo: Repository, writer: CountingWriter, options: BuilderOptions, base: DirEntry | undefined) {
    this.#repo = repo;
    this.#writer = writer;
    this.#options = options;
    this.#root = base ? storedDirectory(base) : newDirectory();
  }

  /** A directory of the file system. */
  addDirectory(path: string): void {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat) throw new VerbError(`opendir(${path}): No such file or directory`);
    if (!stat.isDirectory()) throw new VerbError(`opendir(${path}): Not a directory`);
    this.#fromDisk(this.#root, path, '/');
  }

  /** A tree of the repository, or one whose files were `fresh`ly written for this commit and are to be counted. */
  addTree(entry: DirEntry, fresh = false): void {
    this.#fromTree(this.#root, entry, '/', fresh);
  }

  /** Writes the directories and gives the ids of the root. */
  finish(): DirEntry {
    if (this.#root.meta === undefined) throw new VerbError("Can't commit an empty tree");
    return { tree: this.#write(this.#root), meta: this.#root.meta };
  }

  #fromDisk(target: NewDirectory, path: string, inside: string): void {
    // Only the first directory may be reached through a link.
    const stat = statSync(path);
    const owned = this.#apply(inside, stat);
    if (!owned) return;
    this.#open(target);
    target.meta = this.#writer.dirMeta(
      canonicalDirMeta(this.#repo.mode, { ...owned, xattrs: this.#xattrs(inside, owned.mode, () => readXattrs(path)) }),
    );
    for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) => compareNames(a.name, b.name))) {
      const child = `${path}/${entry.name}`;
      const childInside = inside === '/' ? `/${entry.name}` : `${inside}/${entry.name}`;
      if (entry.isDirectory()) {
        if (this.#options.modifier?.keeps(childInside) === false) continue;
        this.#fromDisk(this.#ensureDirectory(target, entry.name), child, childInside);
        continue;
      }
      const id = this.#fileFromDisk(child, childInside);
      if (id !== undefined) this.#putFile(target, entry.name, id);
    }
  }

  #fileFromDisk(path: string, inside: string): Checksum | undefined {
    // Node replaces what is not UTF-8 in names.
    if (path.includes('\ufffd') && !existsSync(path)) throw new VerbError(`Invalid UTF-8 in filename ${inside}`);
    const stat = lstatSync(path);
    const linked = this.#options.linked?.lookup(stat);
    if (linked !== undefined && this.#options.trustLinks) {
      this.#writer.counts.cacheHits++;
      return linked;
    }
    // On disk a file of a bare-user repository does not look like what it is.
    const real =
      linked !== undefined && this.#repo.mode === 'bare-user' ? this.#repo.inspectFile(linked).meta : undefined;
    const owned = this.#apply(inside, real ?? stat);
    if (!owned) return undefined;
    if (!stat.isFile() && !stat.isSymbolicLink()) throw new VerbError(`Unsupported file type for file: '${inside}'`);
    const found = real ?? bareMeta(path, stat, NO_XATTRS);
    const xattrs = this.#xattrs(inside, owned.mode, () => real?.xattrs ?? readXattrs(path));
    const meta = canonicalFileMeta(this.#repo.mode, { ...found, ...owned, xattrs });
    if (linked !== undefined && sameMeta(meta, this.#repo.inspectFile(linked).meta)) {
      this.#writer.counts.cacheHits++;
      return linked;
    }
    return this.#content(path, stat, meta);
  }

  #content(path: string, stat: Stats, meta: FileMeta): Checksum {
    if (!stat.isFile()) return this.#writer.file(meta, new Uint8Array());
    if (this.#adoptable(path, stat, meta)) return this.#writer.adopt(path, meta, readFileSync(path));
    if (stat.size <= WHOLE_FILE) return this.#writer.file(meta, readFileSync(path));
    const fd = openSync(path, 'r');
    try {
      return this.#writer.stream(meta, openFileContent(fd, stat.size, path));
    } finally {
      closeSync(fd);
    }
  }

  /** Whether a file on its way out can become the object itself: it must look like it, or may be made to. */
  #adoptable(path: string, stat: Stats, meta: FileMeta): boolean {
    if (!this.#options.consume || stat.size > WHOLE_FILE) return false;
    if (this.#repo.mode === 'bare-user-only') return true;
    return this.#repo.mode === 'bare' && sameMeta(meta, bareMeta(path, stat, readXattrs(path)));
  }

  #fromTree(target: NewDirectory, entry: DirEntry, inside: string, fresh: boolean): void {
    const { modifier } = this.#options;
    if (
      !modifier &&
      target.stored === undefined &&
      target.meta === undefined &&
      target.files.size + target.dirs.size === 0
    ) {
      target.stored = entry.tree;
      target.meta = entry.meta;
      return;
    }
    const meta = this.#repo.readDirMeta(entry.meta);
    const owned = this.#apply(inside, meta);
    if (!owned) return;
    this.#open(target);
    const xattrs = this.#xattrs(inside, owned.mode, () => meta.xattrs);
    target.meta = modifier ? this.#writer.dirMeta(canonicalDirMeta(this.#repo.mode, { ...owned, xattrs })) : entry.meta;
    const { files, dirs } = this.#repo.readDirTree(entry.tree);
    for (const [name, id] of files) {
      const changed = this.#fileFromTree(id, inside === '/' ? `/${name}` : `${inside}/${name}`, fresh);
      if (changed !== undefined) this.#putFile(target, name, changed);
    }
    for (const [name, child] of dirs) {
      const childInside = inside === '/' ? `/${name}` : `${inside}/${name}`;
      if (modifier?.keeps(childInside) === false) continue;
      this.#fromTree(this.#ensureDirectory(target, name), child, childInside, fresh);
    }
  }

  #fileFromTree(id: Checksum, inside: string, fresh: boolean): Checksum | undefined {
    const { modifier } = this.#options;
    if (!modifier) return id;
    const { meta } = this.#repo.inspectFile(id);
    const owned = this.#apply(inside, meta);
    if (!owned) return undefined;
    const xattrs = this.#xattrs(inside, owned.mode, () => meta.xattrs);
    const changed = canonicalFileMeta(this.#repo.mode, { ...meta, ...owned, xattrs });
    if (!sameMeta(changed, meta)) return this.#writer.file(changed, this.#repo.readFile(id).content);
    if (fresh) this.#writer.written(id);
    return id;
  }

  #apply(path: string, { uid, gid, mode }: Owned): Owned | undefined {
    const { modifier } = this.#options;
    return modifier ? modifier.apply(path, { uid, gid, mode }) : { uid, gid, mode };
  }

  #xattrs(inside: string, mode: number, found: () => readonly Xattr[]): readonly Xattr[] {
    const { modifier } = this.#options;
    return modifier ? modifier.xattrs(inside, mode, found) : found();
  }

  #putFile(target: NewDirectory, name: string, id: Checksum): void {
    if (target.dirs.has(name)) throw new VerbError(`Can't replace directory with file: ${name}`);
    target.files.set(name, id);
  }

  #ensureDirectory(target: NewDirectory, name: string): NewDirectory {
    if (target.files.has(name)) throw new VerbError(`Can't replace file with directory: ${name}`);
    const known = target.dirs.get(name) ?? newDirectory();
    target.dirs.set(name, known);
    return known;
  }

  /** Makes the entries of a stored directory ones that can be added to. */
  #open(target: NewDirectory): void {
    if (target.stored === undefined) return;
    const { files, dirs } = this.#repo.readDirTree(target.stored);
    target.stored = undefined;
    for (const [name, id] of files) target.files.set(name, id);
    for (const [name, entry] of dirs) target.dirs.set(name, storedDirectory(entry));
  }

  #write(directory: NewDirectory): Checksum {
    if (directory.stored !== undefined) return directory.stored;
    const dirs = new Map<string, DirEntry>();
    for (const [name, child] of directory.dirs) dirs.set(name, { tree: this.#write(child), meta: child.meta! });
    return this.#writer.dirTree({ files: directory.files, dirs });
  }
}

const newDirectory = (): NewDirectory => ({ meta: undefined, stored: undefined, files: new Map(), dirs: new Map() });

const storedDirectory = ({ tree, meta }: DirEntry): NewDirectory => ({ ...newDirectory(), meta, stored: tree });

function sameMeta(a: FileMeta, b: FileMeta): boolean {
  if (a.uid !== b.uid || a.gid !== b.gid || a.mode !== b.mode || a.target !== b.target) return false;
  if (a.xattrs.length !== b.xattrs.length) return false;
  return a.xattrs.every(([name, value], index) => {
    const other = b.xattrs[index]!;
    return name === other[0] && Buffer.compare(value, other[1]) === 0;
  });
}
