import { Errno } from './errno.ts';

/** Directories whose contents do not become part of an image. */
const PLACES = ['tmp', 'run', 'dev', 'var/tmp', 'var/lib/rpm-state'];

/** What scripts in Lua leave each other in directories that do not last; in memory only. */
export class Scratch {
  /** Contents of files; null for directories. */
  readonly #entries = new Map<string, Uint8Array | null>(PLACES.map((place) => [place, null]));

  /** Whether a path, relative to the root, is here. */
  static holds(path: string): boolean {
    return PLACES.some((place) => path === place || path.startsWith(`${place}/`));
  }

  /** Content of a file, null for a directory, undefined where nothing is. */
  lookup(path: string): Uint8Array | null | undefined {
    return path === 'dev/null' ? new Uint8Array() : this.#entries.get(path);
  }

  list(path: string): string[] {
    const inside = `${path}/`;
    return [...this.#entries.keys()]
      .filter((name) => name.startsWith(inside) && !name.slice(inside.length).includes('/'))
      .map((name) => name.slice(inside.length));
  }

  write(path: string, content: Uint8Array): void {
    if (path === 'dev/null') return;
    this.#parent(path);
    if (this.#entries.get(path) === null) throw new Errno('EISDIR');
    this.#entries.set(path, content);
  }

  mkdir(path: string): void {
    this.#parent(path);
    if (this.#entries.has(path)) throw new Errno('EEXIST');
    this.#entries.set(path, null);
  }

  remove(path: string, wanted: 'file' | 'directory'): void {
    const entry = this.#entries.get(path);
    if (entry === undefined) throw new Errno('ENOENT');
    if (PLACES.includes(path)) throw new Errno('EPERM');
    if (wanted === 'file' && entry === null) throw new Errno('EISDIR');
    if (wanted === 'directory' && entry !== null) throw new Errno('ENOTDIR');
    if (this.list(path).length > 0) throw new Errno('ENOTEMPTY');
    this.#entries.delete(path);
  }

  #parent(path: string): void {
    const parent = path.slice(0, path.lastIndexOf('/'));
    const entry = this.#entries.get(parent);
    if (entry === undefined) throw new Errno('ENOENT');
    if (entry !== null) throw new Errno('ENOTDIR');
  }
}
