import type { StringColumn } from '@ostrata/contract';
import { StringPool } from '@ostrata/package-columns';

/**
 * Interned strings: every different string has one id, a positive integer. Id 0 stands for "none", id 1 for the empty string. Those of
 * one column stay where they are: string number `n` of it has the id `n + 1`, and what comes in addition has ids behind them.
 */
export class StringTable {
  readonly base: StringPool;
  readonly #more = new StringPool();
  /** Ids up to this one are of the column. */
  readonly #last: number;

  constructor(column?: StringColumn) {
    this.base = column instanceof StringPool ? column : new StringPool(column);
    this.#last = this.base.count;
  }

  intern(text: string): number {
    return this.find(text) || this.#more.internText(text) + this.#last;
  }

  /** Interns string `number` of another column without decoding it. */
  internFrom({ bytes, offsets }: Pick<StringColumn, 'bytes' | 'offsets'>, number: number): number {
    const start = offsets[number]!;
    const end = offsets[number + 1]!;
    const known = this.base.find(bytes, start, end);
    return known >= 0 ? known + 1 : this.#more.intern(bytes, start, end) + this.#last;
  }

  /** The id of a string, 0 when it was never interned. */
  find(text: string): number {
    const known = this.base.findText(text);
    if (known >= 0) return known + 1;
    const added = this.#more.findText(text);
    return added < 0 ? 0 : added + this.#last;
  }

  text(id: number): string {
    if (id <= 1) return '';
    return id <= this.#last ? this.base.text(id - 1) : this.#more.text(id - this.#last);
  }

  /** The first byte of a string; 0 of the empty one. */
  firstByte(id: number): number {
    if (id <= 1) return 0;
    return id <= this.#last ? this.base.firstByte(id - 1) : this.#more.firstByte(id - this.#last);
  }

  /** Ids of all strings that begin with a byte of ASCII, from one id on. */
  beginningWith(byte: number, from: number): number[] {
    const found: number[] = [];
    for (let id = from; id < this.size; id++) if (this.firstByte(id) === byte) found.push(id);
    return found;
  }

  /** The first id that is not of the column. */
  get firstAdded(): number {
    return this.#last + 1;
  }

  get size(): number {
    return this.#last + Math.max(1, this.#more.count);
  }
}
