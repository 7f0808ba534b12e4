import { readSync } from 'node:fs';

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

/** All the bytes in one piece. */
export function contentBytes(content: Content): Uint8Array {
  const chunks = [...content.chunks()];
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}
