/** Interned strings: every different string has one id, a positive integer. Id 0 stands for "none", id 1 for the empty string. */
export class StringTable {
  readonly #texts: string[] = ['', ''];
  readonly #ids = new Map<string, number>([['', 1]]);

  intern(text: string): number {
    let id = this.#ids.get(text);
    if (id === undefined) {
      id = this.#texts.length;
      this.#texts.push(text);
      this.#ids.set(text, id);
    }
    return id;
  }

  /** The id of a string, 0 when it was never interned. */
  find(text: string): number {
    return this.#ids.get(text) ?? 0;
  }

  text(id: number): string {
    return this.#texts[id]!;
  }

  get size(): number {
    return this.#texts.length;
  }
}
