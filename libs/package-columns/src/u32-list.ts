/** A growing list of 32-bit unsigned integers. */
export class U32List {
  #data: Uint32Array;
  #length = 0;

  constructor(capacity = 1024) {
    this.#data = new Uint32Array(Math.max(4, capacity));
  }

  get length(): number {
    return this.#length;
  }

  at(index: number): number {
    return this.#data[index]!;
  }

  push(value: number): void {
    if (this.#length === this.#data.length) {
      const grown = new Uint32Array(this.#data.length * 2);
      grown.set(this.#data);
      this.#data = grown;
    }
    this.#data[this.#length++] = value;
  }

  append(other: U32List): void {
    for (let i = 0; i < other.#length; i++) this.push(other.#data[i]!);
  }

  clear(): void {
    this.#length = 0;
  }

  /** The numbers, valid until the next change. */
  view(): Uint32Array {
    return this.#data.subarray(0, this.#length);
  }

  /** The numbers without spare room. */
  toArray(): Uint32Array {
    return this.#data.slice(0, this.#length);
  }
}
