/** Compressed input: all of it, or piece by piece. */
export type Input = Uint8Array | Iterable<Uint8Array>;

const EMPTY = new Uint8Array(0);

/** Reads an input with a look ahead. */
export class InputCursor {
  readonly #rest: Iterator<Uint8Array>;
  #current: Uint8Array = EMPTY;
  #finished = false;

  constructor(input: Input) {
    this.#rest = (input instanceof Uint8Array ? [input] : input)[Symbol.iterator]();
  }

  /** The bytes at hand; empty only at the end. */
  chunk(): Uint8Array {
    while (this.#current.length === 0 && !this.#finished) this.#current = this.#next() ?? EMPTY;
    return this.#current;
  }

  /** The next `count` bytes without taking them; fewer at the end. */
  peek(count: number): Uint8Array {
    while (this.#current.length < count) {
      const more = this.#next();
      if (!more) break;
      this.#current = this.#current.length === 0 ? more : Buffer.concat([this.#current, more]);
    }
    return this.#current.subarray(0, count);
  }

  take(count: number): void {
    this.#current = this.#current.subarray(count);
  }

  #next(): Uint8Array | undefined {
    if (this.#finished) return undefined;
    const { done, value } = this.#rest.next();
    if (!done) return value;
    this.#finished = true;
    return undefined;
  }
}
