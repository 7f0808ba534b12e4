/** Lines that {@link Tail} keeps. */
const KEPT = 50;
/** Characters of a line that are kept. */
const LINE_LENGTH = 2000;

/** Keeps the last lines of a program's output. */
export class Tail {
  #lines: string[] = [];

  push(line: string): void {
    this.#lines.push(line.length > LINE_LENGTH ? `${line.slice(0, LINE_LENGTH)}…` : line);
    if (this.#lines.length > 2 * KEPT) this.#lines = this.#lines.slice(-KEPT);
  }

  get lines(): readonly string[] {
    return this.#lines.slice(-KEPT);
  }
}
