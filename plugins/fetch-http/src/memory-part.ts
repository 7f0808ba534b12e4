import type { TransportBytesRequest, Validators } from '@ostrata/contract';
import { sameFile } from './http-attempt.ts';

/** What attempts at a small file have brought so far: the beginning of one server's file. */
export class MemoryPart {
  #chunks: Uint8Array[] = [];
  #size = 0;
  #url = '';
  #condition: string | undefined;

  get size(): number {
    return this.#size;
  }

  /** Begins again: with the bytes of this answer. */
  begin(url: string, validators: Validators): void {
    this.#chunks = [];
    this.#size = 0;
    this.#url = url;
    this.#condition = sameFile(validators);
  }

  append(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
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
    const [first] = this.#chunks;
    return this.#chunks.length === 1 ? first! : Buffer.concat(this.#chunks, this.#size);
  }
}
