import { Buffer } from 'node:buffer';
import type { Checksum } from '../codec/checksum.ts';

const BYTES = 32;
const FIRST_CAPACITY = 64;

/** Checksums in 32 bytes each, of which the last one comes first. */
export class ChecksumStack {
  #bytes = Buffer.alloc(FIRST_CAPACITY * BYTES);
  #end = 0;

  push(id: Checksum): void {
    if (this.#end === this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes], this.#end * 2);
    if (this.#bytes.write(id, this.#end, BYTES, 'hex') !== BYTES) throw new TypeError(`${id} is not a checksum`);
    this.#end += BYTES;
  }

  pop(): Checksum | undefined {
    if (this.#end === 0) return undefined;
    this.#end -= BYTES;
    return this.#bytes.toString('hex', this.#end, this.#end + BYTES);
  }
}
