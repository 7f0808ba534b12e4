import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import type { Checksum } from '../codec/checksum.ts';

const BYTES = 32;
const WORDS = BYTES / 4;
const FIRST_CAPACITY = 64;

/** Where a checksum goes that is looked for. */
const wanted = Buffer.from(new ArrayBuffer(BYTES));
const words = new Int32Array(wanted.buffer, 0, WORDS);
/** Nobody outside can know which checksums would get into one another's way. */
const [seed, factor] = new Int32Array(new Uint8Array(randomBytes(8)).buffer) as unknown as [number, number];

/** A set of checksums in 32 bytes each: those of a whole repository take a quarter of the room of a set of text. */
export class ChecksumSet {
  #capacity = FIRST_CAPACITY;
  #words = new Int32Array(FIRST_CAPACITY * WORDS);
  #used = new Uint8Array(FIRST_CAPACITY);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(id: Checksum): boolean {
    return wanted.write(id, 'hex') === BYTES && this.#used[this.#slot()] === 1;
  }

  /** False when it was there. */
  add(id: Checksum): boolean {
    if (wanted.write(id, 'hex') !== BYTES) throw new TypeError(`${JSON.stringify(id)} is not a checksum`);
    const slot = this.#slot();
    if (this.#used[slot] === 1) return false;
    this.#used[slot] = 1;
    this.#words.set(words, slot * WORDS);
    if (++this.#size * 4 > this.#capacity * 3) this.#grow();
    return true;
  }

  /** Where the checksum is, or would be put. */
  #slot(): number {
    const mask = this.#capacity - 1;
    let hash = Math.imul(words[0]! ^ seed, factor | 1);
    hash = Math.imul((hash ^ (hash >>> 15)) + words[1]!, factor | 1) ^ words[2]!;
    for (let slot = (hash ^ (hash >>> 16)) & mask; ; slot = (slot + 1) & mask) {
      if (this.#used[slot] === 0) return slot;
      const at = slot * WORDS;
      let word = 0;
      while (word < WORDS && this.#words[at + word] === words[word]) word++;
      if (word === WORDS) return slot;
    }
  }

  #grow(): void {
    const [before, used] = [this.#words, this.#used];
    this.#capacity *= 2;
    this.#words = new Int32Array(this.#capacity * WORDS);
    this.#used = new Uint8Array(this.#capacity);
    for (let slot = 0; slot < used.length; slot++) {
      if (used[slot] === 0) continue;
      words.set(before.subarray(slot * WORDS, (slot + 1) * WORDS));
      const place = this.#slot();
      this.#used[place] = 1;
      this.#words.set(words, place * WORDS);
    }
  }
}
