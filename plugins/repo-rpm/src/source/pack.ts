import { closeSync, openSync, readSync } from 'node:fs';
import { decompressChunks } from '@ostrata/compression';
import { encodeFileLists, encodePackages, FileListsReader, PrimaryReader } from '../metadata/index.ts';
import { inFile } from './in-file.ts';

const READ_SIZE = 256 * 1024;

/** Metadata to parse: what they are, where they lie, and what identifies them. */
export interface PackJob {
  readonly kind: 'primary' | 'filelists';
  /** The file as it was served, compressed. */
  readonly path: string;
  readonly key: string;
  /** The most that may come out of it, in bytes. */
  readonly maxBytes: number;
  /** The file's name for errors. */
  readonly label: string;
}

/** Parses metadata into their packed form. @throws HostError METADATA_… with file and line */
export function pack({ kind, path, key, maxBytes, label }: PackJob): Buffer {
  try {
    const chunks = decompressChunks(readPieces(path), { maxBytes });
    return kind === 'primary'
      ? encodePackages(readAll(new PrimaryReader(), chunks), key)
      : encodeFileLists(readAll(new FileListsReader(), chunks), key);
  } catch (error) {
    throw inFile(error, label);
  }
}

function readAll<T>(reader: { write(chunk: Uint8Array): void; end(): T }, chunks: Iterable<Uint8Array>): T {
  for (const chunk of chunks) reader.write(chunk);
  return reader.end();
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
