import { constants } from 'node:fs';
import { posix } from 'node:path';
import type { Tree, TreeEntry } from '@ostrata/contract';
import { resolvePath } from '../../overlay/links.ts';
import { Errno } from './errno.ts';
import { MAX_FILE } from './limits.ts';
import { Scratch } from './scratch.ts';

const MAX_PATH = 4095;
const PERMISSIONS = 0o7777;

/** A path with what is there. */
interface Place {
  /** Relative to the root, links on the way followed. */
  readonly path: string;
  readonly entry: TreeEntry | undefined;
}

/**
 * The files of a tree as system calls show them to a script: /usr and /etc can be changed, everything else is read-only as in the sandbox,
 * and directories that do not last are memory. Paths never leave the root. All methods throw {@link Errno}.
 */
export class ScriptFiles {
  readonly #tree: Tree;
  readonly #scratch: Scratch;
  cwd = '/';
  umask = 0o022;

  constructor(tree: Tree, scratch: Scratch) {
    this.#tree = tree;
    this.#scratch = scratch;
  }

  read(path: string): Uint8Array {
    const place = this.#find(path, true);
    if (Scratch.holds(place.path)) {
      const content = this.#scratch.lookup(place.path);
      if (content === undefined) throw new Errno('ENOENT');
      if (content === null) throw new Errno('EISDIR');
      return content;
    }
    const entry = existing(place);
    if (entry.type === 'directory') throw new Errno('EISDIR');
    if (entry.type === 'file' && entry.size > MAX_FILE) throw new Errno('EFBIG');
    return this.#tree.readFile(place.path);
  }

  write(path: string, content: Uint8Array): void {
    if (content.length > MAX_FILE) throw new Errno('EFBIG');
    const { path: where, entry } = this.#find(path, true);
    if (Scratch.holds(where)) {
      this.#scratch.write(where, content);
      return;
    }
    if (entry?.type === 'directory') throw new Errno('EISDIR');
    this.#checkWritable(where);
    if (entry?.type === 'file') {
      const { mode, uid, gid, xattrs } = entry;
      this.#tree.writeFile(where, content, { mode, uid, gid, xattrs });
    } else {
      this.#tree.writeFile(where, content, this.#fresh(constants.S_IFREG | 0o666));
    }
  }

  append(path: string, content: Uint8Array): void {
    this.write(path, Buffer.concat([this.exists(path) ? this.read(path) : new Uint8Array(), content]));
  }

  /** Follows links. */
  exists(path: string): boolean {
    const place = this.#find(path, true);
    return Scratch.holds(place.path) ? this.#scratch.lookup(place.path) !== undefined : place.entry !== undefined;
  }

  /** Whether a path can be read, written or executed, by root. */
  access(path: string, modes: string): void {
    const place = this.#find(path, true);
    if (Scratch.holds(place.path)) {
      if (this.#scratch.lookup(place.path) === undefined) throw new Errno('ENOENT');
      return;
    }
    const entry = existing(place);
    if (modes.includes('w')) this.#checkWritable(place.path);
    if (modes.includes('x') && entry.type === 'file' && (entry.mode & 0o111) === 0) throw new Errno('EACCES');
  }

  /** What lstat(2) knows of a path. */
  stat(path: string): { readonly path: string; readonly entry: TreeEntry } {
    const place = this.#find(path, false);
    if (!Scratch.holds(place.path)) return { path: place.path, entry: existing(place) };
    const content = this.#scratch.lookup(place.path);
    if (content === undefined) throw new Errno('ENOENT');
    const entry: TreeEntry =
      content === null
        ? { ...this.#fresh(constants.S_IFDIR | 0o777), type: 'directory', xattrs: [] }
        : { ...this.#fresh(constants.S_IFREG | 0o666), type: 'file', id: '', size: content.length, xattrs: [] };
    return { path: place.path, entry };
  }

  list(path: string): readonly string[] {
    const place = this.#find(path, true);
    if (Scratch.holds(place.path)) {
      const content = this.#scratch.lookup(place.path);
      if (content === undefined) throw new Errno('ENOENT');
      if (content !== null) throw new Errno('ENOTDIR');
      return this.#scratch.list(place.path);
    }
    if (existing(place).type !== 'directory') throw new Errno('ENOTDIR');
    return this.#tree.list(place.path);
  }

  chdir(path: string): void {
    this.list(path);
    this.cwd = `/${this.#find(path, true).path}`;
  }

  mkdir(path: string): void {
    const { path: where, entry } = this.#find(path, false);
    if (Scratch.holds(where)) {
      this.#scratch.mkdir(where);
      return;
    }
    if (entry !== undefined) throw new Errno('EEXIST');
    this.#checkWritable(where);
    this.#tree.mkdir(where, this.#fresh(constants.S_IFDIR | 0o777));
  }

  symlink(target: string, path: string): void {
    const { path: where, entry } = this.#find(path, false);
    if (Scratch.holds(where)) throw new Errno('EPERM');
    if (entry !== undefined) throw new Errno('EEXIST');
    if (target === '') throw new Errno('ENOENT');
    this.#checkWritable(where);
    this.#tree.symlink(where, target);
  }

  readlink(path: string): string {
    const place = this.#find(path, false);
    const entry = existing(place);
    if (entry.type !== 'symlink') throw new Errno('EINVAL');
    return entry.target;
  }

  /** A second name for a file; in an image every file is one of its own. */
  link(from: string, to: string): void {
    const source = this.#find(from, false);
    const target = this.#find(to, false);
    const entry = existing(source);
    if (entry.type === 'directory') throw new Errno('EPERM');
    if (target.entry !== undefined) throw new Errno('EEXIST');
    this.#checkWritable(target.path);
    this.#tree.copy(source.path, target.path);
  }

  rename(from: string, to: string): void {
    const source = this.#find(from, false);
    const target = this.#find(to, false);
    if (Scratch.holds(source.path) || Scratch.holds(target.path)) {
      this.write(to, this.read(from));
      this.unlink(from);
      return;
    }
    const entry = existing(source);
    this.#checkWritable(source.path);
    this.#checkWritable(target.path);
    if (source.path === target.path) return;
    if (`${target.path}/`.startsWith(`${source.path}/`)) throw new Errno('EINVAL');
    if (target.entry !== undefined) {
      if (target.entry.type === 'directory') {
        if (entry.type !== 'directory') throw new Errno('EISDIR');
        if (this.#tree.list(target.path).length > 0) throw new Errno('ENOTEMPTY');
      } else if (entry.type === 'directory') throw new Errno('ENOTDIR');
      this.#tree.remove(target.path);
    }
    this.#tree.rename(source.path, target.path);
  }

  unlink(path: string): void {
    const place = this.#find(path, false);
    if (Scratch.holds(place.path)) {
      this.#scratch.remove(place.path, 'file');
      return;
    }
    if (existing(place).type === 'directory') throw new Errno('EISDIR');
    this.#checkWritable(place.path);
    this.#tree.remove(place.path);
  }

  rmdir(path: string): void {
    const place = this.#find(path, false);
    if (Scratch.holds(place.path)) {
      this.#scratch.remove(place.path, 'directory');
      return;
    }
    if (existing(place).type !== 'directory') throw new Errno('ENOTDIR');
    if (this.#tree.list(place.path).length > 0) throw new Errno('ENOTEMPTY');
    this.#checkWritable(place.path);
    this.#tree.remove(place.path);
  }

  /** Changes permission bits or owner, following links. */
  setMeta(path: string, change: { mode?: number; uid?: number; gid?: number }): void {
    const place = this.#find(path, true);
    if (Scratch.holds(place.path)) return;
    const entry = existing(place);
    this.#checkWritable(place.path);
    const { mode = entry.mode, uid = entry.uid, gid = entry.gid } = change;
    this.#tree.setMeta(place.path, { mode: (entry.mode & ~PERMISSIONS) | (mode & PERMISSIONS), uid, gid });
  }

  #fresh(mode: number): { mode: number; uid: number; gid: number } {
    return { mode: mode & ~this.umask, uid: 0, gid: 0 };
  }

  /** Where a path leads. The parent is there and a directory; the last part need not be. */
  #find(path: string, follow: boolean): Place {
    if (path === '' || path.includes('\0') || Buffer.byteLength(path) > MAX_PATH) throw new Errno('ENOENT');
    const absolute = path.startsWith('/') ? path : `${this.cwd}/${path}`;
    const plain = posix.resolve(absolute).slice(1);
    if (Scratch.holds(plain)) return { path: plain, entry: undefined };
    // The sandbox has the link /opt as well.
    const inOpt = /^opt(\/|$)/.test(plain) && this.#tree.lookup('opt')?.type !== 'directory';
    const resolved = resolvePath(this.#tree, inOpt ? `usr/lib/${plain}` : absolute, follow);
    if (resolved === null) throw new Errno('ELOOP');
    if (Scratch.holds(resolved)) return { path: resolved, entry: undefined };
    const parent = resolved.slice(0, Math.max(0, resolved.lastIndexOf('/')));
    const above = this.#tree.lookup(parent);
    if (above === undefined) throw new Errno('ENOENT');
    if (above.type !== 'directory') throw new Errno('ENOTDIR');
    return { path: resolved, entry: this.#tree.lookup(resolved) };
  }

  #checkWritable(path: string): void {
    if (!/^(usr|etc)\//.test(path)) throw new Errno('EROFS');
  }
}

function existing({ entry }: Place): TreeEntry {
  if (entry === undefined) throw new Errno('ENOENT');
  return entry;
}
