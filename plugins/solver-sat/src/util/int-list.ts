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

  /**
   * Appends dependency ids from `start` on: ids of strings, above 0, are looked up in `strings` unless it is null, those of relations,
   * below 0, become smaller by `shift`.
   */
  appendMapped(ids: Int32Array, start: number, strings: Int32Array | null, shift: number): void {
    const count = ids.length - start;
    if (count <= 0) return;
    this.reserve(count);
    if (strings === null && shift === 0) this.data.set(start === 0 ? ids : ids.subarray(start), this.length);
    else mapDependencies(ids, start, strings, shift, this.data, this.length);
    this.length += count;
  }

  /** Likewise, over the members from `at` on. */
  setMapped(at: number, ids: Int32Array, start: number, strings: Int32Array | null, shift: number): void {
    if (strings === null && shift === 0) this.data.set(ids.subarray(start), at);
    else mapDependencies(ids, start, strings, shift, this.data, at);
  }

  /** Puts numbers from `start` on, `offset` greater unless 0, over the members from `at` on. */
  setShifted(at: number, values: Int32Array, start: number, offset: number): void {
    const { data } = this;
    if (offset === 0) data.set(values.subarray(start), at);
    else
      for (let i = start, to = at; i < values.length; i++, to++) data[to] = values[i] === 0 ? 0 : values[i]! + offset;
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

function mapDependencies(
  from: Int32Array,
  start: number,
  strings: Int32Array | null,
  shift: number,
  to: Int32Array,
  at: number,
): void {
  let end = at;
  for (let i = start; i < from.length; i++) {
    const id = from[i]!;
    if (id > 0) to[end++] = strings === null ? id : strings[id]!;
    else to[end++] = id === 0 ? 0 : id - shift;
  }
}
