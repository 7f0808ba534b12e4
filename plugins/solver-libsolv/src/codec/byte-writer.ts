/** Growing bytes with the numbers of .solv files. */
export class ByteWriter {
  bytes: Buffer;
  length = 0;

  constructor(capacity = 1 << 16) {
    this.bytes = Buffer.allocUnsafe(capacity);
  }

  /** 32 bits, most significant byte first. */
  u32(value: number): void {
    this.#reserve(4);
    this.length = this.bytes.writeUInt32BE(value, this.length);
  }

  u8(value: number): void {
    this.#reserve(1);
    this.bytes[this.length++] = value;
  }

  /** Seven bits a byte, most significant first; all bytes but the last one have the eighth bit. */
  id(value: number): void {
    this.#reserve(5);
    this.#high(value, 7);
    this.bytes[this.length++] = value & 127;
  }

  /** Numbers with six bits in their last byte, whose seventh bit says that another number follows. At least one. */
  idArray(values: ArrayLike<number>, from = 0, to = values.length): void {
    for (let i = from; i < to; i++) {
      const value = values[i]!;
      this.#reserve(5);
      this.#high(value, 6);
      this.bytes[this.length++] = (value & 63) | (i + 1 < to ? 64 : 0);
    }
  }

  append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** A text in UTF-8 and a zero byte. */
  text(text: string): void {
    this.#reserve(text.length * 3 + 1);
    this.length += this.bytes.write(text, this.length, 'utf8');
    this.bytes[this.length++] = 0;
  }

  view(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  #high(value: number, lowBits: number): void {
    for (let shift = lowBits + 21; shift >= lowBits; shift -= 7) {
      if (value >= 2 ** shift) this.bytes[this.length++] = ((value >>> shift) & 127) | 128;
    }
  }

  #reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.length + count, this.bytes.length * 2));
    grown.set(this.view());
    this.bytes = grown;
  }
}
