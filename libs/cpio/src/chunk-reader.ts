import { CpioError } from './errors.ts';

/** An archive: all of it, or piece by piece. */
export type CpioInput = Uint8Array | Iterable<Uint8Array>;

const EMPTY = new Uint8Array(0);

/** Takes bytes off an input in order, without copying what lies within one piece. */
export class ChunkReader {
  readonly #rest: Iterator<Uint8Array>;
  #current: Uint8Array = EMPTY;
  #offset = 0;

  constructor(input: CpioInput) {
    this.#rest = (input instanceof Uint8Array ? [input] : input)[Symbol.iterator]();
  }

  /** Bytes taken so far. */
  get offset(): number {
    return this.#offset;
  }

  /** Up to `max` bytes, at least one; undefined at the end. Valid until the next call. */
  some(max: number): Uint8Array | undefined {
    while (this.#current.length === 0) {
      const { done, value } = this.#rest.next();
      if (done) return undefined;
      this.#current = value;
    }
    const piece = this.#current.subarray(0, max);
    this.#current = this.#current.subarray(piece.length);
    this.#offset += piece.length;
    return piece;
  }

  /** Exactly `count` bytes. Valid until the next call. */
  exactly(count: number): Uint8Array {
    if (count === 0) return EMPTY;
    if (this.#current.length >= count) return this.some(count) as Uint8Array;
    const joined = new Uint8Array(count);
    let filled = 0;
    while (filled < count) {
      const piece = this.some(count - filled) ?? this.#fail();
      joined.set(piece, filled);
      filled += piece.length;
    }
    return joined;
  }

  skip(count: number): void {
    for (let left = count; left > 0; ) left -= (this.some(left) ?? this.#fail()).length;
  }

  /** Gives up the input: an iterator that holds something frees it. */
  close(): void {
    this.#rest.return?.();
  }

  #fail(): never {
    throw new CpioError('CPIO_TRUNCATED', 'the archive ends too early', this.#offset);
  }
}
