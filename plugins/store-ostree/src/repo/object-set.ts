import type { Checksum } from '../codec/checksum.ts';
import { ChecksumSet } from './checksum-set.ts';
import type { ObjectType } from './object-path.ts';

/** A set of objects. */
export class ObjectSet {
  readonly #ids: Record<ObjectType, ChecksumSet> = {
    file: new ChecksumSet(),
    dirtree: new ChecksumSet(),
    dirmeta: new ChecksumSet(),
    commit: new ChecksumSet(),
    commitmeta: new ChecksumSet(),
  };

  get size(): number {
    return Object.values(this.#ids).reduce((sum, { size }) => sum + size, 0);
  }

  has(id: Checksum, type: ObjectType): boolean {
    return this.#ids[type].has(id);
  }

  /** False when it was there. */
  add(id: Checksum, type: ObjectType): boolean {
    return this.#ids[type].add(id);
  }
}
