import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { decompressChunks } from '@ostrata/compression';
import { isZchunk, readZchunk } from '../metadata/index.ts';

const READ_SIZE = 256 * 1024;

/**
 * What a metadata file holds, decompressed piece by piece; a piece is valid until the next one. How it is packed (gzip, xz, zstd, bzip2,
 * zchunk) is told by its first bytes.
 * @throws CompressionError, MetadataError METADATA_ZCHUNK, METADATA_TOO_LARGE
 */
export function openMetadata(path: string, maxBytes: number): Iterable<Uint8Array> {
  if (beginsAsZchunk(path)) return readZchunk(readFileSync(path), maxBytes);
  return decompressChunks(readPieces(path), { maxBytes });
}

function beginsAsZchunk(path: string): boolean {
  const fd = openSync(path, 'r');
  try {
    const start = Buffer.alloc(8);
    return isZchunk(start.subarray(0, readSync(fd, start)));
  } finally {
    closeSync(fd);
  }
}

function* readPieces(path: string): Generator<Buffer> {
  const fd = openSync(path, 'r');
  try {
    for (;;) {
      const piece = Buffer.allocUnsafe(READ_SIZE);
      const read = readSync(fd, piece);
      if (read === 0) return;
      yield piece.subarray(0, read);
    }
  } finally {
    closeSync(fd);
  }
}
