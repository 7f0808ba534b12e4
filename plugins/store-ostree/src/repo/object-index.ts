import type { Checksum } from '../codec/checksum.ts';
import { readNames } from './directory.ts';
import { type ObjectType, objectPath, type RepoMode } from './object-path.ts';

/**
 * Which objects are in some directories laid out as `objects/`. Looks into each of their 256 directories once, when it is asked for the
 * first time: what others add later may be missed.
 */
export class ObjectIndex {
  readonly #mode: RepoMode;
  readonly #places: readonly string[];
  readonly #known = new Set<string>();
  readonly #listed = new Set<string>();

  constructor(mode: RepoMode, places: readonly string[]) {
    this.#mode = mode;
    this.#places = places;
  }

  has(id: Checksum, type: ObjectType): boolean {
    const path = objectPath(id, type, this.#mode);
    if (this.#known.has(path)) return true;
    const prefix = path.slice(0, 2);
    if (this.#listed.has(prefix)) return false;
    this.#listed.add(prefix);
    for (const place of this.#places) {
      for (const name of readNames(`${place}/${prefix}`)) this.#known.add(`${prefix}/${name}`);
    }
    return this.#known.has(path);
  }

  /** Notes an object that was put there meanwhile. */
  add(id: Checksum, type: ObjectType): void {
    this.#known.add(objectPath(id, type, this.#mode));
  }
}
