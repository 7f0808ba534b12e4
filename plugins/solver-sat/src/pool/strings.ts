import type { StringColumn } from '@ostrata/contract';
import { StringPool } from '@ostrata/package-columns';

/** Strings of a further column that the others have not. */
interface Addition {
  readonly pool: StringPool;
  /** Our ids by its own (number + 1). */
  readonly ids: Int32Array;
  /** The id of the first one that is new, and the numbers of all that are. */
  readonly first: number;
  readonly numbers: Int32Array;
}

/**
 * Interned strings: every different string has one id, a positive integer. Id 0 stands for "none", id 1 for the empty string. Those of
 * columns stay where they are and are found by what the columns have to find them: string number `n` of the first column has the id
 * `n + 1`, then come those that other columns have beside them, and what is interned one by one has any ids behind the first column's.
 */
export class StringTable {
  readonly base: StringPool;
  readonly #additions: Addition[] = [];
  /** Strings that came one by one, and their ids by their number there. */
  readonly #more = new StringPool();
  readonly #moreIds: number[] = [1];
  /** The other way round. */
  readonly #singles = new Map<number, number>();
  /** The last id of the first column. */
  readonly #last: number;
  #size: number;

  constructor(column?: StringColumn) {
    this.base = column instanceof StringPool ? column : new StringPool(column);
    this.#last = this.base.count;
    this.#size = this.#last + 1;
  }

  /** Takes all strings of another column; returns their ids by number + 1. */
  adopt(column: StringColumn): Int32Array {
    const pool = column instanceof StringPool ? column : new StringPool(column);
    const { bytes, offsets, count } = pool;
    const ids = new Int32Array(count + 1);
    const numbers = new Int32Array(count);
    const first = this.#size;
    const { base } = this;
    // The few that came one by one are looked for there, and not all of its strings among them.
    for (const [single, id] of this.#moreIds.entries()) ids[pool.findText(this.#more.text(single)) + 1] = id;
    ids[0] = 0;
    const others = this.#additions.length > 0;
    let added = 0;
    ids[1] = 1;
    for (let number = 1; number < count; number++) {
      const start = offsets[number]!;
      const end = offsets[number + 1]!;
      const known = base.find(bytes, start, end);
      let id = known + 1;
      if (known < 0) {
        id = ids[number + 1]! || (others ? this.#findAdded(bytes, start, end) : 0);
        if (id === 0) {
          id = first + added;
          numbers[added++] = number;
        }
      }
      ids[number + 1] = id;
    }
    this.#additions.push({ pool, ids, first, numbers: numbers.subarray(0, added) });
    this.#size = first + added;
    return ids;
  }

  intern(text: string): number {
    const known = this.find(text);
    if (known !== 0) return known;
    const id = this.#size++;
    this.#singles.set(id, this.#more.internText(text));
    this.#moreIds.push(id);
    return id;
  }

  /** The id of a string, 0 when it was never interned. */
  find(text: string): number {
    const known = this.base.findText(text);
    if (known >= 0) return known + 1;
    const single = this.#more.findText(text);
    if (single >= 0) return this.#moreIds[single]!;
    for (const { pool, ids } of this.#additions) {
      const number = pool.findText(text);
      if (number >= 0) return ids[number + 1]!;
    }
    return 0;
  }

  text(id: number): string {
    if (id <= 1) return '';
    if (id <= this.#last) return this.base.text(id - 1);
    const { pool, number } = this.#place(id);
    return pool.text(number);
  }

  /** Ids of all strings that begin with a byte of ASCII, from one id on. */
  beginningWith(byte: number, from: number): number[] {
    const found: number[] = [];
    for (let id = Math.max(2, from); id < this.#size; id++) {
      const { pool, number } = id <= this.#last ? { pool: this.base, number: id - 1 } : this.#place(id);
      if (pool.firstByte(number) === byte) found.push(id);
    }
    return found;
  }

  get size(): number {
    return this.#size;
  }

  #findAdded(bytes: Uint8Array, start: number, end: number): number {
    for (const { pool, ids } of this.#additions) {
      const number = pool.find(bytes, start, end);
      if (number >= 0) return ids[number + 1]!;
    }
    return 0;
  }

  #place(id: number): { pool: StringPool; number: number } {
    const single = this.#singles.get(id);
    if (single !== undefined) return { pool: this.#more, number: single };
    for (const { pool, first, numbers } of this.#additions) {
      if (id >= first && id < first + numbers.length) return { pool, number: numbers[id - first]! };
    }
    throw new RangeError(`no string ${id}`);
  }
}
