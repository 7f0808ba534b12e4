import type { EntryMeta } from '@ostrata/contract';
import type { PackageFile } from '../codec/index.ts';
import { rpmError } from '../errors.ts';
import { dispose, kindOf } from './disposition.ts';
import { encodeFileCapabilities } from './file-capabilities.ts';
import type { ImportOptions } from './import-options.ts';
import { isMergedRoot, relativePath } from './package-path.ts';
import { movedLine, tmpfilesLine } from './tmpfiles-line.ts';

/** A regular file whose content comes from the payload. */
export interface LayoutFile {
  readonly path: string;
  readonly meta: EntryMeta;
}

/** What a package's commit will hold, known from its header alone. */
export interface PackageLayout {
  /** Parents first; those that the package implies but does not own are included. */
  readonly directories: readonly { readonly path: string; readonly meta: EntryMeta }[];
  readonly symlinks: readonly { readonly path: string; readonly meta: EntryMeta; readonly target: string }[];
  /** By index of the header's file list. */
  readonly files: ReadonlyMap<number, LayoutFile>;
  /** Lines for systemd-tmpfiles; empty when the package needs none. */
  readonly tmpfiles: readonly string[];
  /** Paths of device nodes that were left out. */
  readonly devices: readonly string[];
}

const S_IFDIR = 0o040000;
const S_ISUID = 0o4000;
const S_ISGID = 0o2000;
const EXECUTABLE = 0o111;
const WRITABLE = 0o222;
/** Long paths imply many directories: a small header must not become a tree that fills the memory. */
const MAX_DIRECTORIES = 100_000;

export const PLAIN_DIRECTORY: EntryMeta = { mode: S_IFDIR | 0o755, uid: 0, gid: 0, xattrs: [] };
export const PLAIN_FILE: EntryMeta = { mode: 0o100644, uid: 0, gid: 0, xattrs: [] };

/** Everything belongs to root until the users exist; a set-id bit must not be root's in the meantime. */
function modeOf(file: PackageFile, options: ImportOptions): number {
  const kind = kindOf(file.mode);
  let { mode } = file;
  if (kind === 'directory') return mode | 0o200;
  if (kind === 'symlink') return 0o120777;
  if (file.user !== 'root') mode &= ~S_ISUID;
  if (file.group !== 'root') mode &= ~S_ISGID;
  if (options.readonlyExecutables && mode & EXECUTABLE) mode &= ~WRITABLE;
  return mode;
}

function metaOf(file: PackageFile, options: ImportOptions): EntryMeta {
  const xattrs: [string, Uint8Array][] =
    file.caps === '' || kindOf(file.mode) !== 'regular'
      ? []
      : [['security.capability', encodeFileCapabilities(file.caps)]];
  return { mode: modeOf(file, options), uid: 0, gid: 0, xattrs };
}

/**
 * Whether the root's links into /usr make a symbolic link lead to its own place (`/bin/sh` → `/usr/bin/sh`, or the other way).
 * @param from where the package has it, and `path` where the commit would have it.
 */
function leadsToItself(from: string, path: string, target: string): boolean {
  const parts = target.startsWith('/') ? [] : path.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  const resolved = parts.join('/');
  return (resolved === path && from !== path) || (isMergedRoot(parts[0] ?? '') && `usr/${resolved}` === path);
}

class LayoutBuilder {
  readonly directories = new Map<string, EntryMeta>();
  readonly symlinks = new Map<string, { path: string; meta: EntryMeta; target: string }>();
  readonly files = new Map<number, LayoutFile>();
  readonly tmpfiles: string[] = [];
  readonly devices: string[] = [];
  readonly moved = new Map<string, string>();
  readonly #regular = new Map<string, PackageFile>();
  readonly #options: ImportOptions;

  constructor(options: ImportOptions) {
    this.#options = options;
  }

  add(file: PackageFile): void {
    const { disposition, path } = dispose(file, this.#options);
    if (disposition === 'ghost' || disposition === 'excluded' || disposition === 'outside') return;
    if (disposition === 'tmpfiles') this.tmpfiles.push(tmpfilesLine(file));
    else if (disposition === 'special') this.#special(file);
    else this.#commit(file, path);
  }

  #special(file: PackageFile): void {
    if (!this.#options.ignoreDevices) {
      throw rpmError('RPM_DEVICE_NODE', `${file.path} is a device node, fifo or socket`, {
        hint: 'Leave the package out, or set the treefile option that ignores device nodes.',
        data: { path: file.path },
      });
    }
    this.devices.push(file.path);
  }

  #commit(file: PackageFile, translated: string): void {
    this.#noteMoved(relativePath(file.path));
    const kind = kindOf(file.mode);
    const path = kind !== 'symlink' && isMergedRoot(translated) ? `usr/${translated}` : translated;
    const meta = metaOf(file, this.#options);
    if (kind === 'directory') {
      this.#claim(file, path, this.directories.has(path));
      this.directories.set(path, meta);
    } else if (kind === 'symlink') {
      // With a merged /usr such a link stands where the file itself is.
      if (path.includes('/') && leadsToItself(relativePath(file.path), path, file.link)) return;
      const known = this.symlinks.get(path);
      this.#claim(file, path, known?.target === file.link);
      this.symlinks.set(path, { path, meta, target: file.link });
    } else {
      const known = this.#regular.get(path);
      this.#claim(file, path, known !== undefined && known.digest === file.digest && known.mode === file.mode);
      if (!known) this.files.set(file.index, { path, meta });
      this.#regular.set(path, file);
    }
  }

  /** Paths that a merged /usr makes one must be the same thing. */
  #claim(file: PackageFile, path: string, same: boolean): void {
    const taken = this.directories.has(path) || this.symlinks.has(path) || this.#regular.has(path);
    if (taken && !same) throw contradiction(file.path, path);
  }

  #noteMoved(path: string): void {
    const inOpt = /^opt\/([^/]+)/.exec(path);
    if (inOpt) this.moved.set(`/opt/${inOpt[1]}`, `../../usr/lib/opt/${inOpt[1]}`);
    const inState = /^var\/lib\/(alternatives|vagrant)$/.exec(path);
    if (inState) this.moved.set(`/var/lib/${inState[1]}`, `../../usr/lib/${inState[1]}`);
  }

  /** Adds what is implied and refuses paths that go through a file or a symbolic link of the package itself. */
  finish(): void {
    const paths = [...this.directories.keys(), ...this.symlinks.keys(), ...this.#regular.keys()];
    for (const path of paths) {
      for (let cut = path.lastIndexOf('/'); cut > 0; cut = path.lastIndexOf('/', cut - 1)) {
        const parent = path.slice(0, cut);
        if (this.symlinks.has(parent) || this.#regular.has(parent)) throw contradiction(path, parent);
        // What is above a known directory is looked at for that directory.
        if (this.directories.has(parent)) break;
        this.directories.set(parent, PLAIN_DIRECTORY);
        if (this.directories.size > MAX_DIRECTORIES) throw tooManyDirectories();
      }
    }
  }
}

function tooManyDirectories(): Error {
  return rpmError('RPM_HEADER_TOO_LARGE', `the files lie in more than ${MAX_DIRECTORIES} directories`, {
    hint: 'No real package has so many: do not trust the file.',
  });
}

function contradiction(path: string, other: string): Error {
  return rpmError('RPM_PATH_CONFLICT', `the entry ${path} contradicts the package's own entry ${other}`, {
    hint: 'No package that was built with rpmbuild has such entries: do not trust the file.',
    data: { path, other },
  });
}

function byPath(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Plans a package's commit from the files of its header.
 * @throws RpmError RPM_PATH_INVALID, RPM_PATH_CONFLICT, RPM_DEVICE_NODE, RPM_CAPABILITIES_INVALID.
 */
export function packageLayout(files: readonly PackageFile[], options: ImportOptions): PackageLayout {
  const builder = new LayoutBuilder(options);
  for (const file of files) builder.add(file);
  builder.finish();
  const moved = [...builder.moved].sort(([a], [b]) => byPath(a, b)).map(([path, target]) => movedLine(path, target));
  return {
    directories: [...builder.directories].sort(([a], [b]) => byPath(a, b)).map(([path, meta]) => ({ path, meta })),
    symlinks: [...builder.symlinks.values()],
    files: builder.files,
    tmpfiles: [...moved, ...builder.tmpfiles],
    devices: builder.devices,
  };
}
