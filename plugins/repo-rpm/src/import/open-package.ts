import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type RpmPackage, readPackage } from '../codec/index.ts';

const CHUNK = 512 * 1024;

/** A package file that is read piece by piece: its size is not bounded by memory. */
export class OpenPackage implements Disposable {
  readonly rpm: RpmPackage;
  readonly #fd: number;

  /** @throws RpmFormatError, and what opening gives. */
  constructor(file: string) {
    this.#fd = openSync(file, 'r');
    try {
      const { size } = fstatSync(this.#fd);
      this.rpm = readPackage({ size, read: (position, length) => this.#read(position, length) });
    } catch (error) {
      closeSync(this.#fd);
      throw error;
    }
  }

  /** Lead, signature header and main header as they are in the file. */
  start(): Buffer {
    return this.#read(0, this.rpm.extents.payload.offset);
  }

  *payload(): Generator<Buffer> {
    const { offset, length } = this.rpm.extents.payload;
    for (let at = 0; at < length; at += CHUNK) yield this.#read(offset + at, Math.min(CHUNK, length - at));
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }

  #read(position: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafeSlow(length);
    let filled = 0;
    while (filled < length) {
      const count = readSync(this.#fd, bytes, filled, length - filled, position + filled);
      if (count === 0) break;
      filled += count;
    }
    return bytes.subarray(0, filled);
  }
}
