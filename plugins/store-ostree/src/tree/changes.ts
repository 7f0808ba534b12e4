import { chmodSync, closeSync, lstatSync, openSync, readdirSync, readFileSync, type Stats } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { Checksum } from '../codec/checksum.ts';
import { compareNames } from '../codec/dir-tree.ts';
import { storeError } from '../errors.ts';
import { openFileContent } from '../repo/content.ts';
import { bareMeta, readXattrs } from '../repo/storage/bare.ts';
import type { DirNode } from './dir-node.ts';
import { joinPath } from './path.ts';
import { directoryFromDisk, fileFromDisk, openBits } from './root-meta.ts';
import type { TreeStore } from './tree-store.ts';

/** One difference between a root and the tree it was made of; parents come before what is in them. */
export type Change =
  | { readonly path: string; readonly kind: 'removed' }
  | { readonly path: string; readonly kind: 'file'; readonly id: Checksum }
  /** `replaces`: nothing of what was at the path before is left. */
  | { readonly path: string; readonly kind: 'directory'; readonly meta: Checksum; readonly replaces: boolean };

export interface ChangeSource {
  readonly store: TreeStore;
  /** The tree as the root showed it at first. */
  readonly base: DirNode;
  readonly userOwned: boolean;
  /** Whether its files are or were hard links into the repository. */
  readonly linked: boolean;
}

/** The changes that stand in the upper directory of an overlay (Documentation/filesystems/overlayfs.rst of Linux). */
export function changesOfUpper(source: ChangeSource, upper: string): Change[] {
  const collector = new Collector(source);
  const visit = (directory: string, node: DirNode | undefined, path: string): void => {
    const known = node?.entries(source.store.repo);
    for (const name of readNames(directory)) {
      const child = `${directory}/${name}`;
      const childPath = joinPath(path, name);
      const stat = lstatSync(child);
      const file = known?.files.get(name);
      const dir = known?.dirs.get(name);
      if (stat.isCharacterDevice() && stat.rdev === 0) {
        if (file !== undefined || dir) collector.changes.push({ path: childPath, kind: 'removed' });
      } else if (stat.isDirectory()) {
        const kept = isOpaque(child) ? undefined : dir;
        collector.directory(childPath, child, stat, kept, file !== undefined || (dir !== undefined && !kept));
        visit(child, kept, childPath);
      } else collector.file(childPath, child, stat, file);
    }
  };
  collector.directory('', upper, lstatSync(upper), source.base, false);
  visit(upper, source.base, '');
  return collector.changes;
}

/** What lstat said of every path of a private copy. */
export type Snapshot = ReadonlyMap<string, string>;

/** The changes of a private copy since its snapshot was taken. */
export function changesOfCopy(source: ChangeSource, lower: string, snapshot: Snapshot): Change[] {
  const collector = new Collector(source);
  const visit = (directory: string, node: DirNode | undefined, path: string): void => {
    const known = node?.entries(source.store.repo);
    const names = readNames(directory);
    const present = new Set(names);
    for (const name of [...(known?.files.keys() ?? []), ...(known?.dirs.keys() ?? [])]) {
      if (!present.has(name)) collector.changes.push({ path: joinPath(path, name), kind: 'removed' });
    }
    for (const name of names) {
      const child = `${directory}/${name}`;
      const childPath = joinPath(path, name);
      const stat = lstatSync(child);
      const file = known?.files.get(name);
      const dir = known?.dirs.get(name);
      if (stat.isDirectory()) {
        collector.directory(childPath, child, stat, dir, file !== undefined);
        visit(child, dir, childPath);
      } else if (file === undefined || snapshot.get(childPath) !== fingerprint(stat)) {
        collector.file(childPath, child, stat, file);
      }
    }
  };
  collector.directory('', lower, lstatSync(lower), source.base, false);
  visit(lower, source.base, '');
  return collector.changes;
}

/** File systems may stamp changes with the time of the last tick of the kernel's clock. */
const CLOCK_TICK_MILLISECONDS = 20;

export async function takeSnapshot(root: string): Promise<Snapshot> {
  const snapshot = new Map<string, string>();
  const visit = (directory: string, path: string): void => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const child = joinPath(path, entry.name);
      if (entry.isDirectory()) visit(`${directory}/${entry.name}`, child);
      else snapshot.set(child, fingerprint(lstatSync(`${directory}/${entry.name}`)));
    }
  };
  visit(root, '');
  // A change made from now on must get another time than what was just made.
  await setTimeout(CLOCK_TICK_MILLISECONDS);
  return snapshot;
}

const fingerprint = (stat: Stats): string =>
  `${stat.ino} ${stat.size} ${stat.mode} ${stat.uid} ${stat.gid} ${stat.ctimeMs} ${stat.mtimeMs}`;

/** Above this size a file is read in parts. */
const WHOLE_FILE = 16 * 1024 * 1024;

class Collector {
  readonly changes: Change[] = [];
  readonly #source: ChangeSource;
  /** Ids of files with several names, by device and inode. */
  readonly #linked = new Map<string, Checksum>();

  constructor(source: ChangeSource) {
    this.#source = source;
  }

  directory(path: string, real: string, stat: Stats, base: DirNode | undefined, replaces: boolean): void {
    const { store } = this.#source;
    this.#open(real, stat);
    const before = base ? store.directoryMeta(base.meta) : undefined;
    const meta = store.writeDirMeta(directoryFromDisk(this.#context, stat, readXattrs(real), before));
    if (base && !replaces && base.meta === meta) return;
    this.changes.push({ path, kind: 'directory', meta, replaces });
  }

  file(path: string, real: string, stat: Stats, before: Checksum | undefined): void {
    const id = this.#import(path, real, stat, before);
    if (id !== before) this.changes.push({ path, kind: 'file', id });
  }

  /**
   * Lets a user who is not root read what programs closed to its owner (mode 0 of shadow files): they were root in the sandbox. What
   * counts as its mode is what `stat` said before.
   */
  #open(real: string, stat: Stats): void {
    const { userOwned } = this.#source;
    const bits = openBits(stat.mode);
    if (userOwned && (stat.mode & bits) !== bits && stat.uid === process.geteuid?.()) {
      chmodSync(real, (stat.mode | bits) & 0o7777);
    }
  }

  get #context() {
    const { userOwned, linked, store } = this.#source;
    return { userOwned, linked, repoMode: store.repo.mode };
  }

  #import(path: string, real: string, stat: Stats, before: Checksum | undefined): Checksum {
    const { store } = this.#source;
    if (!stat.isFile() && !stat.isSymbolicLink()) {
      throw storeError('OSTREE_SOURCE_UNSUPPORTED', `${path} is neither a file, a directory nor a symbolic link.`, {
        hint: 'Have what made it put devices, sockets and pipes elsewhere, or remove them: OSTree cannot hold them.',
        data: { path },
      });
    }
    if (stat.isFile()) this.#open(real, stat);
    const key = stat.nlink > 1 ? `${stat.dev}:${stat.ino}` : undefined;
    const linked = key === undefined ? undefined : this.#linked.get(key);
    if (linked !== undefined) return linked;
    const old = before === undefined ? undefined : store.fileInfo(before).meta;
    const meta = fileFromDisk(this.#context, bareMeta(real, stat, readXattrs(real)), old);
    const id =
      stat.isFile() && stat.size > WHOLE_FILE
        ? this.#stream(real, stat, meta)
        : store.writeFile(meta, content(real, stat));
    if (key !== undefined) this.#linked.set(key, id);
    return id;
  }

  #stream(real: string, stat: Stats, meta: Parameters<TreeStore['writeFile']>[0]): Checksum {
    const fd = openSync(real, 'r');
    try {
      return this.#source.store.writeStream(meta, openFileContent(fd, stat.size, real));
    } finally {
      closeSync(fd);
    }
  }
}

const content = (real: string, stat: Stats): Uint8Array => (stat.isFile() ? readFileSync(real) : new Uint8Array());

function isOpaque(path: string): boolean {
  return readXattrs(path).some(
    ([name, value]) =>
      (name === 'trusted.overlay.opaque' || name === 'user.overlay.opaque') && Buffer.from(value).toString() === 'y',
  );
}

function readNames(directory: string): string[] {
  const names = readdirSync(directory).sort(compareNames);
  const bad = names.find(
    (name) => name.includes('\ufffd') && !lstatSync(`${directory}/${name}`, { throwIfNoEntry: false }),
  );
  if (bad === undefined) return names;
  throw storeError('OSTREE_SOURCE_UNSUPPORTED', `A name in ${directory} is not valid UTF-8: ${JSON.stringify(bad)}.`, {
    hint: 'Rename or remove it: OSTree cannot hold it.',
    data: { directory },
  });
}
