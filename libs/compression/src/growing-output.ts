import { tooLarge } from './errors.ts';

const FIRST_SIZE = 64 * 1024;

/** Decompressed bytes as they come, up to a bound. Decoders copy from what is in it already. */
export class GrowingOutput {
  readonly #maxBytes: number;
  bytes: Uint8Array;
  length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.bytes = new Uint8Array(Math.min(FIRST_SIZE, maxBytes));
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    if (needed > this.#maxBytes) throw tooLarge(this.#maxBytes);
    const grown = new Uint8Array(Math.min(Math.max(needed, this.bytes.length * 2), this.#maxBytes));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  push(byte: number): void {
    if (this.length === this.bytes.length) this.reserve(1);
    this.bytes[this.length++] = byte;
  }

  finish(): Buffer {
    return Buffer.from(this.bytes.buffer, 0, this.length);
  }
}
