import type { StringColumn } from '@ostrata/core';
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

  /** Whether a string begins with a byte of ASCII, without decoding it. */
  beginsWith(id: number, byte: number): boolean {
    return id > 0 && this.#pool.firstByte(id - 1) === byte;
  }

  get size(): number {
    return this.#pool.count + 1;
  }
}
