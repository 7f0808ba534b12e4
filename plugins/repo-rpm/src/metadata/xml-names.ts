import { StringPool } from '@ostrata/package-columns';

/** Names of elements and attributes by number: those that a reader gives are 1, 2, … */
export class XmlNames {
  readonly #pool = new StringPool();
  /** The bytes of each name. */
  readonly #bytes: Uint8Array[] = [new Uint8Array(0)];
  /** By a quick look at a name, the number of the one that last looked like that. */
  readonly #quick = new Int32Array(1024);

  constructor(names: readonly string[]) {
    for (const name of names) {
      const bytes = Buffer.from(name);
      this.intern(bytes, 0, bytes.length);
    }
  }

  get count(): number {
    return this.#pool.count;
  }

  text(id: number): string {
    return this.#pool.text(id);
  }

  intern(source: Uint8Array, start: number, end: number): number {
    const length = end - start;
    const look =
      (source[start]! + source[end - 1]! * 7 + source[start + (length >> 1)]! * 61 + length * 131) &
      (this.#quick.length - 1);
    const guess = this.#quick[look]!;
    const known = this.#bytes[guess]!;
    if (known.length === length) {
      let i = 0;
      while (i < length && known[i] === source[start + i]) i++;
      if (i === length) return guess;
    }
    const id = this.#pool.intern(source, start, end);
    if (id === this.#bytes.length) this.#bytes.push(source.slice(start, end));
    this.#quick[look] = id;
    return id;
  }
}
