import { isUtf8 } from 'node:buffer';
import { MetadataError } from './errors.ts';

/** The part of a document that is being read: bytes from {@link position} on, moved to the front as more arrive. */
export class ByteWindow {
  bytes: Uint8Array = new Uint8Array(1 << 17);
  /** The next byte to read. */
  position = 0;
  /** Behind the last byte; there stands a zero, which ends every run, so that loops need not look at the end. */
  end = 0;
  #checked = 0;
  #line = 1;
  #counted = 0;
  #started = false;

  /** The line of the next byte, counted from 1. */
  get line(): number {
    this.#line += newlines(this.bytes, this.#counted, this.position);
    this.#counted = Math.max(this.#counted, this.position);
    return this.#line;
  }

  append(chunk: Uint8Array): void {
    const { position } = this;
    const rest = this.end - position;
    // Counts the lines of what is dropped.
    void this.line;
    if (rest + chunk.length + 1 > this.bytes.length) {
      const grown = new Uint8Array(Math.max(rest + chunk.length + 1, this.bytes.length * 2));
      grown.set(this.bytes.subarray(position, this.end));
      this.bytes = grown;
    } else if (position > 0) this.bytes.copyWithin(0, position, this.end);
    this.#checked -= position;
    this.#counted = 0;
    this.position = 0;
    this.bytes.set(chunk, rest);
    this.end = rest + chunk.length;
    this.bytes[this.end] = 0;
    if (!this.#started && this.end >= 3) {
      this.#started = true;
      const [a, b, c] = this.bytes;
      if (a === 0xef && b === 0xbb && c === 0xbf) this.position = 3;
    }
  }

  /**
   * Checks what has arrived; a letter that is cut waits for its rest unless this is the `last` call.
   * @throws MetadataError METADATA_ENCODING
   */
  checkUtf8(last: boolean): void {
    let { end } = this;
    if (!last) {
      const limit = Math.max(this.#checked, end - 3);
      let back = end - 1;
      while (back > limit && (this.bytes[back]! & 0xc0) === 0x80) back--;
      if (back >= this.#checked && this.bytes[back]! >= 0xc0) end = back;
    }
    if (end <= this.#checked) return;
    if (!isUtf8(this.bytes.subarray(this.#checked, end))) {
      throw new MetadataError('METADATA_ENCODING', 'the file has bytes that are not UTF-8', this.line);
    }
    this.#checked = end;
  }

  startsWith(at: number, text: string): boolean {
    if (at + text.length > this.end) return false;
    for (let i = 0; i < text.length; i++) if (this.bytes[at + i] !== text.charCodeAt(i)) return false;
    return true;
  }

  /** Where `text` (ASCII) next stands; -1 when it has not arrived. */
  find(text: string, from: number): number {
    return Buffer.from(this.bytes.buffer, 0, this.end).indexOf(text, from, 'latin1');
  }

  string(start: number, end: number, encoding: 'utf8' | 'latin1' = 'utf8'): string {
    return Buffer.from(this.bytes.buffer).toString(encoding, start, end);
  }
}

/** How many newlines `bytes[start, end)` have; four bytes at a time, as this looks at all of a document. */
function newlines(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  let i = start;
  for (; i < end && i % 4 !== 0; i++) if (bytes[i] === 10) count++;
  const words = new Int32Array(bytes.buffer, 0, bytes.length >> 2);
  const last = (end - 4) >> 2;
  for (let word = i >> 2; word <= last; ) {
    // Each byte of `sums` counts; none can overflow before they are added up.
    const stop = Math.min(last, word + 254);
    let sums = 0;
    for (; word <= stop; word++) {
      const rest = words[word]! ^ 0x0a0a0a0a;
      const others = (((rest & 0x7f7f7f7f) + 0x7f7f7f7f) | rest) & 0x80808080;
      sums = (sums + ((others ^ 0x80808080) >>> 7)) | 0;
    }
    count += (sums & 255) + ((sums >>> 8) & 255) + ((sums >>> 16) & 255) + (sums >>> 24);
    i = word << 2;
  }
  for (; i < end; i++) if (bytes[i] === 10) count++;
  return count;
}
