import type { Checksum } from '../codec/checksum.ts';
import type { ObjectType } from './object-path.ts';

/** A set of objects. */
export class ObjectSet {
  readonly #ids: Record<ObjectType, Set<Checksum>> = {
    file: new Set(),
    dirtree: new Set(),
    dirmeta: new Set(),
    commit: new Set(),
    commitmeta: new Set(),
  };

  get size(): number {
    return Object.values(this.#ids).reduce((sum, { size }) => sum + size, 0);
  }

  has(id: Checksum, type: ObjectType): boolean {
    return this.#ids[type].has(id);
  }

  /** False when it was there. */
  add(id: Checksum, type: ObjectType): boolean {
    const ids = this.#ids[type];
    const before = ids.size;
    ids.add(id);
    return ids.size > before;
  }
}
