/** A growable list of 32-bit integers. `data` is replaced when the list grows: read it anew after a push. */
export class IntList {
  data: Int32Array;
  length = 0;

  constructor(capacity = 16) {
    this.data = new Int32Array(Math.max(4, capacity));
  }

  static from(values: Iterable<number>): IntList {
    const list = new IntList();
    for (const value of values) list.push(value);
    return list;
  }

  push(value: number): void {
    if (this.length === this.data.length) this.#grow(this.length + 1);
    this.data[this.length++] = value;
  }

  /** Makes room for so many more. */
  reserve(count: number): void {
    if (this.length + count > this.data.length) this.#grow(this.length + count);
  }

  /** Appends unless it is in the list from `start` on; for short lists. */
  pushUnique(value: number, start = 0): void {
    if (!this.includes(value, start)) this.push(value);
  }

  includes(value: number, start = 0): boolean {
    for (let i = start; i < this.length; i++) if (this.data[i] === value) return true;
    return false;
  }

  at(index: number): number {
    return this.data[index]!;
  }

  /** Makes the list at least `length` long, new members being 0. */
  extendTo(length: number): void {
    if (length > this.data.length) this.#grow(length);
    if (length > this.length) {
      this.data.fill(0, this.length, length);
      this.length = length;
    }
  }

  clear(): void {
    this.length = 0;
  }

  /** Keeps the members that pass, in their order. */
  filter(keep: (value: number) => boolean): void {
    let kept = 0;
    for (let i = 0; i < this.length; i++) {
      const value = this.data[i]!;
      if (keep(value)) this.data[kept++] = value;
    }
    this.length = kept;
  }

  /** Moves the member at `index` to the end. */
  moveToEnd(index: number): void {
    const value = this.data[index]!;
    this.data.copyWithin(index, index + 1, this.length);
    this.data[this.length - 1] = value;
  }

  /** Replaces the members from `start` on. */
  replaceFrom(start: number, values: Iterable<number>): void {
    this.length = start;
    for (const value of values) this.push(value);
  }

  /** A view of the members; valid until the next push. */
  view(): Int32Array {
    return this.data.subarray(0, this.length);
  }

  toArray(): number[] {
    return Array.from(this.view());
  }

  #grow(needed: number): void {
    const grown = new Int32Array(Math.max(needed, this.data.length * 2));
    grown.set(this.data.subarray(0, this.length));
    this.data = grown;
  }
}
