import { MetadataError } from './errors.ts';

/** Bytes that a pool may hold: far above any repository, and offsets fit 32 bits. */
const MAX_BYTES = 1 << 30;

/**
 * Different byte strings, each stored once in one buffer: id 0 is the empty string, ids count up from there. Strings are interned
 * from bytes without becoming JavaScript strings, and decoded (once) when somebody asks for them.
 */
export class StringPool {
  #bytes: Uint8Array;
  /** Where each string begins; one entry more than there are strings. */
  #offsets: Uint32Array;
  #count: number;
  /** Open addressing from hash to id; 0 is a free slot. Made when something is interned. */
  #slots: Uint32Array | null = null;
  #hashes: Int32Array | null = null;
  readonly #texts: string[] = [];
  readonly #seed = (Math.random() * 0x7fffffff) | 0;

  constructor(bytes: Uint8Array = new Uint8Array(256), offsets: Uint32Array = new Uint32Array(2), count = 1) {
    this.#bytes = bytes;
    this.#offsets = offsets;
    this.#count = count;
  }

  /** Number of strings, the empty one included. */
  get count(): number {
    return this.#count;
  }

  /** The id of `source[start, end)`, given now if it is new. */
  intern(source: Uint8Array, start: number, end: number): number {
    const length = end - start;
    if (length === 0) return 0;
    if (this.#slots === null) this.#rehash(1024);
    let hash = this.#seed;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ source[i]!, 0x01000193);
    hash ^= hash >>> 15;
    let slots = this.#slots!;
    let slot = hash & (slots.length - 1);
    for (let id = slots[slot]!; id !== 0; id = slots[slot]!) {
      if (this.#hashes![slot] === hash && this.#equals(id, source, start, length)) return id;
      slot = (slot + 1) & (slots.length - 1);
    }
    const id = this.#append(source, start, end);
    slots[slot] = id;
    this.#hashes![slot] = hash;
    if (this.#count * 2 > slots.length) {
      this.#rehash(slots.length * 2);
      slots = this.#slots!;
    }
    return id;
  }

  internText(text: string): number {
    const bytes = Buffer.from(text);
    return this.intern(bytes, 0, bytes.length);
  }

  text(id: number): string {
    const known = this.#texts[id];
    if (known !== undefined) return known;
    if (id >= this.#count) throw new RangeError(`no string ${id} in the pool`);
    const text = Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength).toString(
      'utf8',
      this.#offsets[id]!,
      this.#offsets[id + 1]!,
    );
    this.#texts[id] = text;
    return text;
  }

  /** The packed form: all strings in a row, and where each begins. */
  packed(): { bytes: Uint8Array; offsets: Uint32Array } {
    return {
      bytes: this.#bytes.subarray(0, this.#offsets[this.#count]),
      offsets: this.#offsets.subarray(0, this.#count + 1),
    };
  }

  #equals(id: number, source: Uint8Array, start: number, length: number): boolean {
    const offset = this.#offsets[id]!;
    if (this.#offsets[id + 1]! - offset !== length) return false;
    const bytes = this.#bytes;
    for (let i = 0; i < length; i++) if (bytes[offset + i] !== source[start + i]) return false;
    return true;
  }

  #append(source: Uint8Array, start: number, end: number): number {
    const id = this.#count;
    const offset = this.#offsets[id]!;
    const next = offset + (end - start);
    if (next > MAX_BYTES) {
      throw new MetadataError(
        'METADATA_TOO_LARGE',
        `the metadata has more than ${MAX_BYTES} bytes of different strings`,
      );
    }
    if (next > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(next, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, offset));
      this.#bytes = grown;
    }
    if (id + 2 > this.#offsets.length) {
      const grown = new Uint32Array(this.#offsets.length * 2);
      grown.set(this.#offsets);
      this.#offsets = grown;
    }
    for (let i = start, to = offset; i < end; i++, to++) this.#bytes[to] = source[i]!;
    this.#offsets[id + 1] = next;
    this.#count = id + 1;
    return id;
  }

  #rehash(size: number): void {
    const slots = new Uint32Array(size);
    const hashes = new Int32Array(size);
    const oldSlots = this.#slots;
    for (let from = 0; oldSlots !== null && from < oldSlots.length; from++) {
      const id = oldSlots[from]!;
      if (id === 0) continue;
      const hash = this.#hashes![from]!;
      let slot = hash & (size - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (size - 1);
      slots[slot] = id;
      hashes[slot] = hash;
    }
    this.#slots = slots;
    this.#hashes = hashes;
  }
}
