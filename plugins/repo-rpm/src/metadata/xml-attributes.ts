import { decodeReferences } from './xml-references.ts';

const MAX_ATTRIBUTES = 128;

/** The attributes of one tag: their names' ids, and where their values lie. */
export class XmlAttributes {
  readonly #slots = new Int32Array(MAX_ATTRIBUTES * 3);
  #count = 0;

  clear(): void {
    this.#count = 0;
  }

  /** Says what is wrong when there is one too many, or one of that name already. */
  add(name: number, start: number, end: number): 'twice' | 'many' | undefined {
    const at = this.#count * 3;
    if (at === this.#slots.length) return 'many';
    for (let i = 0; i < at; i += 3) if (this.#slots[i] === name) return 'twice';
    this.#slots[at] = name;
    this.#slots[at + 1] = start;
    this.#slots[at + 2] = end;
    this.#count++;
    return undefined;
  }

  /** Index of the attribute of a name; -1 without it. */
  find(name: number): number {
    for (let i = 0; i < this.#count; i++) if (this.#slots[i * 3] === name) return i;
    return -1;
  }

  start(index: number): number {
    return this.#slots[index * 3 + 1]!;
  }

  end(index: number): number {
    return this.#slots[index * 3 + 2]!;
  }

  /** Replaces references in all values, in place; returns the position of one that is unknown, else -1. */
  decode(bytes: Uint8Array): number {
    for (let i = 0; i < this.#count; i++) {
      const end = decodeReferences(bytes, this.start(i), this.end(i));
      if (end < 0) return -end;
      this.#slots[i * 3 + 2] = end;
    }
    return -1;
  }
}
