import type { Checksum } from '../codec/checksum.ts';
import { ChecksumSet } from './checksum-set.ts';
import { readNames } from './directory.ts';
import { type ObjectType, objectSuffix, type RepoMode } from './object-path.ts';

/** The name of an object in its directory: the rest of its checksum, and what it is. */
const NAME = /^([0-9a-f]{62})\.([a-z]+)$/;

/**
 * Which objects are in some directories laid out as `objects/`. Looks into each of their 256 directories once, when it is asked for the
 * first time: what others add later may be missed.
 */
export class ObjectIndex {
  readonly #mode: RepoMode;
  readonly #places: readonly string[];
  /** By the suffix of their files. */
  readonly #known = new Map<string, ChecksumSet>();
  readonly #listed = new Set<string>();

  constructor(mode: RepoMode, places: readonly string[]) {
    this.#mode = mode;
    this.#places = places;
  }

  has(id: Checksum, type: ObjectType): boolean {
    const known = this.#suffixed(objectSuffix(type, this.#mode));
    if (known.has(id)) return true;
    const prefix = id.slice(0, 2);
    if (this.#listed.has(prefix)) return false;
    this.#listed.add(prefix);
    for (const place of this.#places) {
      for (const name of readNames(`${place}/${prefix}`)) {
        const [, rest, suffix] = NAME.exec(name) ?? [];
        if (rest !== undefined) this.#suffixed(suffix!).add(`${prefix}${rest}`);
      }
    }
    return known.has(id);
  }

  /** Notes an object that was put there meanwhile. */
  add(id: Checksum, type: ObjectType): void {
    this.#suffixed(objectSuffix(type, this.#mode)).add(id);
  }

  #suffixed(suffix: string): ChecksumSet {
    let known = this.#known.get(suffix);
    if (!known) {
      known = new ChecksumSet();
      this.#known.set(suffix, known);
    }
    return known;
  }
}
