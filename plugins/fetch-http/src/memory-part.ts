import type { TransportBytesRequest, Validators } from '@ostrata/contract';
import { sameFile } from './http-attempt.ts';

/** From so many bytes on a file that says its size gets memory of its own at once: the chunks it comes in would live on until garbage is collected. */
const WHOLE = 64 * 1024;

/** What attempts at a small file have brought so far: the beginning of one server's file. */
export class MemoryPart {
  #chunks: Uint8Array[] = [];
  #whole: Uint8Array | undefined;
  #size = 0;
  #url = '';
  #condition: string | undefined;

  get size(): number {
    return this.#size;
  }

  /** Begins again: with the bytes of this answer, which has announced so many of them, or 0. */
  begin(url: string, validators: Validators, announced = 0): void {
    this.#chunks = [];
    this.#whole = announced > WHOLE ? new Uint8Array(announced) : undefined;
    this.#size = 0;
    this.#url = url;
    this.#condition = sameFile(validators);
  }

  append(chunk: Uint8Array): void {
    if (this.#whole && this.#size + chunk.length <= this.#whole.length) this.#whole.set(chunk, this.#size);
    else {
      if (this.#whole) this.#chunks = [this.#whole.subarray(0, this.#size)];
      this.#whole = undefined;
      this.#chunks.push(chunk);
    }
    this.#size += chunk.length;
  }

  clear(): void {
    this.begin('', {});
  }

  /** Headers that ask a URL to go on with the part; null when it must not be used. */
  resumption(url: string, { checksum, size }: TransportBytesRequest): { readonly [header: string]: string } | null {
    if (this.#size === 0 || (size !== undefined && this.#size >= size)) return null;
    const range = `bytes=${this.#size}-`;
    // With a checksum it does not matter whose bytes they are.
    if (checksum) return { range };
    if (url !== this.#url || this.#condition === undefined) return null;
    return { range, 'if-range': this.#condition };
  }

  /** The bytes of the whole file. */
  take(): Uint8Array {
    if (this.#whole) return this.#whole.subarray(0, this.#size);
    const [first] = this.#chunks;
    return this.#chunks.length === 1 ? first! : Buffer.concat(this.#chunks, this.#size);
  }
}
