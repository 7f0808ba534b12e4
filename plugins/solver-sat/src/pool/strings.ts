import type { StringColumn } from '@ostrata/contract';
import { StringPool } from '@ostrata/package-columns';

/** Interned strings: every different string has one id, a positive integer. Id 0 stands for "none", id 1 for the empty string. */
export class StringTable {
  readonly #pool: StringPool;

  /** With all strings of a column: string number `n` of it has the id `n + 1`. */
  constructor(column?: StringColumn) {
    this.#pool = new StringPool(column);
  }

  intern(text: string): number {
    return this.#pool.internText(text) + 1;
  }

  /** Interns string `number` of another column without decoding it. */
  internFrom({ bytes, offsets }: Pick<StringColumn, 'bytes' | 'offsets'>, number: number): number {
    return this.#pool.intern(bytes, offsets[number]!, offsets[number + 1]!) + 1;
  }

  /** The id of a string, 0 when it was never interned. */
  find(text: string): number {
    return this.#pool.findText(text) + 1;
  }

  text(id: number): string {
    return id === 0 ? '' : this.#pool.text(id - 1);
  }

  /** Ids of all strings that begin with a byte of ASCII. */
  beginningWith(byte: number): number[] {
    const found: number[] = [];
    const { bytes, offsets, count } = this.#pool;
    for (let number = 1; number < count; number++) if (bytes[offsets[number]!] === byte) found.push(number + 1);
    return found;
  }

  get size(): number {
    return this.#pool.count + 1;
  }
}
