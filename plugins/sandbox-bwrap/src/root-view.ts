import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { Root } from '@ostrata/contract';

export type PathKind = 'directory' | 'file' | 'symlink' | 'other';

/**
 * Sees a root from the host as it will look when `upper` is mounted over `lower`, without mounting. Follows no symbolic link: what
 * lies behind one is reported as absent, so that a root cannot make the sandbox show a path of the host.
 */
export class RootView {
  readonly #lower: string;
  readonly #upper: string | null;

  constructor(root: Root) {
    this.#lower = root.lower;
    this.#upper = root.upper;
  }

  /** What a path (relative, without a leading slash) is; null where nothing is. */
  kind(path: string): PathKind | null {
    let lowerVisible = true;
    let kind: PathKind | null = 'directory';
    let prefix = '';
    for (const name of path.split('/').filter((part) => part !== '')) {
      if (kind !== 'directory') return null;
      prefix = prefix === '' ? name : `${prefix}/${name}`;
      const above = this.#upper === null ? undefined : stat(join(this.#upper, prefix));
      if (above !== undefined) {
        if (isWhiteout(above)) return null;
        kind = kindOf(above);
        if (kind !== 'directory') lowerVisible = false;
        continue;
      }
      const below = lowerVisible ? stat(join(this.#lower, prefix)) : undefined;
      kind = below === undefined ? null : kindOf(below);
    }
    return kind;
  }

  /** Names in a directory, sorted. */
  list(path: string): readonly string[] {
    const names = new Set<string>();
    for (const layer of [this.#lower, this.#upper]) {
      if (layer === null || stat(join(layer, path))?.isDirectory() !== true) continue;
      for (const name of readdirSync(join(layer, path))) names.add(name);
    }
    const inside = path === '' ? '' : `${path}/`;
    return [...names].filter((name) => this.kind(inside + name) !== null).sort();
  }

  /** Host path of a symbolic link's inode, for reading its target. */
  layerOf(path: string): string {
    const above = this.#upper === null ? undefined : stat(join(this.#upper, path));
    return join(above === undefined ? this.#lower : (this.#upper as string), path);
  }
}

function stat(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    // A file where the other layer has a directory.
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** overlayfs marks a removed path by a character device 0/0 (kernel documentation, filesystems/overlayfs.rst). */
function isWhiteout(entry: Stats): boolean {
  return entry.isCharacterDevice() && entry.rdev === 0;
}

function kindOf(entry: Stats): PathKind {
  if (entry.isDirectory()) return 'directory';
  if (entry.isFile()) return 'file';
  return entry.isSymbolicLink() ? 'symlink' : 'other';
}
