import type { StringColumn } from '@ostrata/contract';

/** Bytes that a pool may hold: far above any repository, and offsets fit 32 bits. */
const MAX_BYTES = 1 << 30;

/** More bytes than a pool may hold. */
export class StringPoolError extends Error {
  readonly code = 'STRINGS_TOO_LARGE';

  constructor() {
    super(`there are more than ${MAX_BYTES} bytes of different strings`);
  }
}

/**
 * Different byte strings, each stored once in one buffer: number 0 is the empty string, numbers count up from there. Strings are
 * interned from bytes without becoming JavaScript strings, and decoded (once) when somebody asks for them.
 */
export class StringPool implements StringColumn {
  #bytes: Uint8Array;
  #offsets: Uint32Array;
  #count: number;
  /** Open addressing: pairs of number (0: free) and hash. Made when something is looked for. */
  #slots: Int32Array | null = null;
  #ownsSlots = true;
  /** The same without hashes, from a kept {@link index}, until a string is added. */
  readonly #numbers: Int32Array | null;
  #buffer: Buffer | null = null;
  readonly #texts: string[] = [];
  /** Nobody can know strings that all fall on one slot. */
  readonly #seed: number;
  #scratch: Uint8Array = new Uint8Array(256);

  /**
   * A pool of its own with the strings of another column, which are copied when the first one is added.
   * @param index what {@link index} gave for these strings; another pool's is taken over
   */
  constructor(column: Pick<StringColumn, 'bytes' | 'offsets'> = NOTHING, index?: Int32Array) {
    this.#bytes = column.bytes;
    this.#offsets = column.offsets;
    this.#count = column.offsets.length - 1;
    if (index === undefined && column instanceof StringPool) {
      this.#seed = column.#seed;
      this.#numbers = column.#numbers;
      this.#slots = column.#slots;
      this.#ownsSlots = false;
      column.#ownsSlots = false;
    } else {
      this.#seed = index?.[0] ?? (Math.random() * 0x7fffffff) | 0;
      this.#numbers = index?.subarray(INDEX_HEADER) ?? null;
    }
  }

  /** What finds strings without another look at all of them; to be kept beside {@link bytes} and {@link offsets}. */
  get index(): Int32Array {
    const slots = this.#slots ?? this.#indexOf(slotsFor(this.#count));
    let length = 1024;
    while (length * 2 < this.#count * 3) length *= 2;
    const index = new Int32Array(INDEX_HEADER + length);
    index[0] = this.#seed;
    const numbers = index.subarray(INDEX_HEADER);
    for (let at = 0; at < slots.length; at += 2) {
      if (slots[at] === 0) continue;
      let slot = slots[at + 1]! & (length - 1);
      while (numbers[slot] !== 0) slot = (slot + 1) & (length - 1);
      numbers[slot] = slots[at]!;
    }
    return index;
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#offsets[this.#count]);
  }

  get offsets(): Uint32Array {
    return this.#offsets.subarray(0, this.#count + 1);
  }

  /** The number of `source[start, end)`, given now if it is new. @throws StringPoolError */
  intern(source: Uint8Array, start: number, end: number): number {
    if (end === start) return 0;
    const hash = this.#hash(source, start, end);
    const slot = this.#seek(source, start, end, hash);
    const known = this.#slots![slot]!;
    if (known !== 0) return known;
    const id = this.append(source, start, end);
    if (!this.#ownsSlots) {
      this.#slots = this.#slots!.slice();
      this.#ownsSlots = true;
    }
    this.#slots![slot] = id;
    this.#slots![slot + 1] = hash;
    if (this.#count * 4 > this.#slots!.length) this.#slots = this.#indexOf(this.#slots!.length * 2);
    return id;
  }

  /** Adds a string without looking for it: for what is there once anyway, or not to be found again. @throws StringPoolError */
  append(source: Uint8Array, start: number, end: number): number {
    const id = this.#count;
    const offset = this.#offsets[id]!;
    const next = offset + (end - start);
    if (next > MAX_BYTES) throw new StringPoolError();
    if (next > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(256, next, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, offset));
      this.#bytes = grown;
      this.#buffer = null;
    }
    if (id + 2 > this.#offsets.length) {
      const grown = new Uint32Array(Math.max(64, this.#offsets.length * 2));
      grown.set(this.#offsets.subarray(0, id + 1));
      this.#offsets = grown;
    }
    if (end - start > 64) this.#bytes.set(source.subarray(start, end), offset);
    else for (let i = start, to = offset; i < end; i++, to++) this.#bytes[to] = source[i]!;
    this.#offsets[id + 1] = next;
    this.#count = id + 1;
    return id;
  }

  internText(text: string): number {
    const length = this.#encode(text);
    return this.intern(this.#scratch, 0, length);
  }

  /** The number of `source[start, end)`; -1 when it is not there. */
  find(source: Uint8Array, start: number, end: number): number {
    if (end === start) return 0;
    const hash = this.#hash(source, start, end);
    const numbers = this.#numbers;
    if (this.#slots !== null || numbers === null) {
      const slot = this.#seek(source, start, end, hash);
      return this.#slots![slot]! || -1;
    }
    const mask = numbers.length - 1;
    let slot = hash & mask;
    for (let id = numbers[slot]!; id !== 0; id = numbers[slot]!) {
      if (this.isEqual(id, source, start, end)) return id;
      slot = (slot + 1) & mask;
    }
    return -1;
  }

  findText(text: string): number {
    const length = this.#encode(text);
    return this.find(this.#scratch, 0, length);
  }

  /** Whether string `id` is `source[start, end)`. */
  isEqual(id: number, source: Uint8Array, start: number, end: number): boolean {
    const length = end - start;
    const offset = this.#offsets[id]!;
    if (this.#offsets[id + 1]! - offset !== length) return false;
    const bytes = this.#bytes;
    for (let i = 0; i < length; i++) if (bytes[offset + i] !== source[start + i]) return false;
    return true;
  }

  text(id: number): string {
    const known = this.#texts[id];
    if (known !== undefined) return known;
    if (!(id < this.#count)) throw new RangeError(`no string ${id} in the pool`);
    this.#buffer ??= Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength);
    const text = this.#buffer.toString('utf8', this.#offsets[id]!, this.#offsets[id + 1]!);
    this.#texts[id] = text;
    return text;
  }

  /** The first byte of a string; 0 of the empty one. */
  firstByte(id: number): number {
    const offset = this.#offsets[id]!;
    return offset === this.#offsets[id + 1] ? 0 : this.#bytes[offset]!;
  }

  #hash(source: Uint8Array, start: number, end: number): number {
    let hash = this.#seed;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ source[i]!, 0x01000193);
    return hash ^ (hash >>> 15);
  }

  /** The slot that has a string, or the free one where it belongs. */
  #seek(source: Uint8Array, start: number, end: number, hash: number): number {
    this.#slots ??= this.#indexOf(slotsFor(this.#count));
    const slots = this.#slots;
    const mask = slots.length - 2;
    let slot = (hash << 1) & mask;
    for (let id = slots[slot]!; id !== 0; id = slots[slot]!) {
      if (slots[slot + 1] === hash && this.isEqual(id, source, start, end)) return slot;
      slot = (slot + 2) & mask;
    }
    return slot;
  }

  #indexOf(length: number): Int32Array {
    const slots = new Int32Array(length);
    const old = this.#slots;
    const mask = length - 2;
    const place = (id: number, hash: number): void => {
      let slot = (hash << 1) & mask;
      while (slots[slot] !== 0) slot = (slot + 2) & mask;
      slots[slot] = id;
      slots[slot + 1] = hash;
    };
    if (old === null) {
      for (let id = 1; id < this.#count; id++)
        place(id, this.#hash(this.#bytes, this.#offsets[id]!, this.#offsets[id + 1]!));
    } else for (let from = 0; from < old.length; from += 2) if (old[from] !== 0) place(old[from]!, old[from + 1]!);
    this.#ownsSlots = true;
    return slots;
  }

  #encode(text: string): number {
    if (text.length * 3 > this.#scratch.length) this.#scratch = new Uint8Array(text.length * 6);
    return ENCODER.encodeInto(text, this.#scratch).written;
  }
}

/** The seed. */
const INDEX_HEADER = 1;

const ENCODER = new TextEncoder();
const NOTHING = { bytes: new Uint8Array(0), offsets: new Uint32Array(2) };

/** Numbers of an index for so many strings: a power of two, two numbers a string, and room for half as many more. */
function slotsFor(count: number): number {
  let length = 2048;
  while (count * 6 >= length) length *= 2;
  return length;
}
