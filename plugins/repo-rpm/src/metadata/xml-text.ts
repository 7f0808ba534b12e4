import { MetadataError } from './errors.ts';

/** Text of an element, put together from its pieces. */
export class XmlText {
  bytes: Uint8Array = new Uint8Array(4096);
  length = 0;
  readonly #limit: number;

  /** @param limit bytes that one text may have */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @throws MetadataError METADATA_TOO_LARGE */
  push(byte: number, line: () => number): void {
    if (this.length === this.bytes.length) this.#grow(1, line);
    this.bytes[this.length++] = byte;
  }

  /** Adds `source[start, end)`. @throws MetadataError METADATA_TOO_LARGE */
  append(source: Uint8Array, start: number, end: number, line: () => number): void {
    if (this.length + end - start > this.bytes.length) this.#grow(end - start, line);
    const { bytes } = this;
    let to = this.length;
    for (let i = start; i < end; i++) bytes[to++] = source[i]!;
    this.length = to;
  }

  toString(): string {
    return Buffer.from(this.bytes.buffer).toString('utf8', 0, this.length);
  }

  #grow(more: number, line: () => number): void {
    const needed = this.length + more;
    if (needed > this.#limit) {
      throw new MetadataError(
        'METADATA_TOO_LARGE',
        `the text of one element has more than ${this.#limit} bytes`,
        line(),
      );
    }
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }
}
