import { hash, randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

/** Files that are kept. */
const KEPT = 24;
const DIGEST_BYTES = 32;

/**
 * Byte strings by key in a directory. Each file begins with the sha256 of the rest, so that what a full disk or a bad one did to it is
 * found on use: it is then as if it were not there. The files that were used last are kept.
 */
export class FileCache {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  get(key: string): Buffer | undefined {
    const path = join(this.#directory, key);
    let bytes: Buffer;
    try {
      bytes = readFileSync(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    const content = bytes.subarray(DIGEST_BYTES);
    if (bytes.length < DIGEST_BYTES || !hash('sha256', content, 'buffer').equals(bytes.subarray(0, DIGEST_BYTES))) {
      rmSync(path, { force: true });
      return undefined;
    }
    const now = new Date();
    utimesSync(path, now, now);
    return content;
  }

  set(key: string, content: Uint8Array): void {
    mkdirSync(this.#directory, { recursive: true });
    const path = join(this.#directory, key);
    const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
    try {
      const fd = openSync(temporary, 'wx', 0o600);
      try {
        writeAll(fd, hash('sha256', content, 'buffer'));
        writeAll(fd, content);
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
      renameSync(temporary, path);
    } finally {
      rmSync(temporary, { force: true });
    }
    this.#trim();
  }

  #trim(): void {
    const files = readdirSync(this.#directory).map((name) => join(this.#directory, name));
    const byAge = files.map((path) => ({ path, used: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }));
    for (const { path } of byAge.toSorted((a, b) => b.used - a.used).slice(KEPT)) rmSync(path, { force: true });
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}
