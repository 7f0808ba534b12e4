import { closeSync, openSync, readSync } from 'node:fs';
import type { Checksum } from '../codec/checksum.ts';
import { CodecError } from '../codec/errors.ts';
import { type FileMeta, fileChecksum, startFileChecksum } from '../codec/file-header.ts';

/** The bytes of a file, in memory or to be read in parts. `chunks` may be gone through once. */
export interface Content {
  readonly size: number;
  chunks(): Iterable<Uint8Array>;
}

export const NO_CONTENT: Content = { size: 0, chunks: () => [] };

export const bytesContent = (bytes: Uint8Array): Content => ({ size: bytes.length, chunks: () => [bytes] });

const CHUNK = 4 * 1024 * 1024;

/** The content of an open file that is `size` bytes long; it is an error when the file turns out shorter. */
export function openFileContent(fd: number, size: number, name: string): Content {
  return {
    size,
    *chunks() {
      const buffer = Buffer.allocUnsafe(Math.min(CHUNK, Math.max(size, 1)));
      for (let done = 0; done < size; ) {
        const read = readSync(fd, buffer, 0, Math.min(buffer.length, size - done), done);
        if (read === 0) throw new Error(`${name} became shorter while it was read`);
        done += read;
        yield buffer.subarray(0, read);
      }
    },
  };
}

/** Up to this size borrowed content is in memory at once, and may be gone through more than once. */
export const BORROWED_WHOLE = 1024 * 1024;
const BORROWED_PART = BORROWED_WHOLE;
let borrowed: Buffer = Buffer.alloc(0);

/**
 * The content of a file that is `size` bytes long in a buffer that is used again and again: a part is valid until this thread takes
 * the next part of any file. Up to BORROWED_WHOLE there is one part, which is read now.
 */
export function borrowedContent(path: string, size: number): Content {
  if (size > BORROWED_WHOLE) return { size, chunks: () => borrowedChunks(path, size, BORROWED_PART) };
  const [bytes = NO_BYTES] = borrowedChunks(path, size, size);
  return bytesContent(bytes);
}

const NO_BYTES = new Uint8Array();

function* borrowedChunks(path: string, size: number, part: number): Generator<Buffer> {
  if (borrowed.length < part) borrowed = Buffer.allocUnsafeSlow(Math.max(64 * 1024, 2 ** Math.ceil(Math.log2(part))));
  const buffer = borrowed;
  const fd = openSync(path, 'r');
  try {
    for (let done = 0; done < size; ) {
      let filled = 0;
      while (filled < part && done < size) {
        const read = readSync(fd, buffer, filled, Math.min(part - filled, size - done), null);
        if (read === 0) throw new Error(`${path} became shorter while it was read`);
        filled += read;
        done += read;
      }
      yield buffer.subarray(0, filled);
    }
  } finally {
    closeSync(fd);
  }
}

/** The content with errors of its format, which come when it is gone through, as `explain` puts them. */
export function explainedContent(content: Content, explain: (error: CodecError) => Error): Content {
  return {
    size: content.size,
    *chunks() {
      try {
        yield* content.chunks();
      } catch (error) {
        throw error instanceof CodecError ? explain(error) : error;
      }
    },
  };
}

/** The checksum of a file; goes through the content. */
export function contentChecksum(meta: FileMeta, content: Content): Checksum {
  const chunks = content.chunks()[Symbol.iterator]();
  const first = chunks.next();
  if (first.done) return fileChecksum(meta, new Uint8Array());
  if (first.value.length === content.size) return fileChecksum(meta, first.value);
  const checksum = startFileChecksum(meta).update(first.value);
  for (let next = chunks.next(); !next.done; next = chunks.next()) checksum.update(next.value);
  return checksum.digest('hex');
}

/** All the bytes in one piece. */
export function contentBytes(content: Content): Uint8Array {
  let whole: Buffer | undefined;
  let filled = 0;
  for (const chunk of content.chunks()) {
    if (chunk.length === content.size) return chunk;
    // Parts are not valid any more when the next one comes.
    whole ??= Buffer.allocUnsafeSlow(content.size);
    whole.set(chunk, filled);
    filled += chunk.length;
  }
  return (whole ?? Buffer.alloc(0)).subarray(0, filled);
}
