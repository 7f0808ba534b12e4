import { closeSync, fchmodSync, fstatSync, lstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { invalid } from '../../codec/errors.ts';
import { decodeArchiveHeader, encodeArchiveHeader, headerEnd } from '../../codec/file-header.ts';
import { isSymlink } from '../../codec/mode.ts';
import { BORROWED_WHOLE, borrowedContent, contentBytes } from '../content.ts';
import { storedContent, writeDeflated } from './deflated.ts';
import { type FileStorage, type StoredFile, writeAll } from './storage.ts';

/** Deflate makes nothing smaller than this (zlib's algorithm.txt and "Maximum Compression Factor"). */
const MAX_RATIO = 1032;

/** Covers all headers but those with large attributes. */
const FIRST_READ = 512;

/** Mode archive: one file with header and raw-deflated content, to be served over HTTP. */
export function archiveStorage(options: { level: number }): FileStorage {
  const inspect = (path: string): StoredFile => {
    const { meta, size } = readHeader(path);
    return { meta, size: isSymlink(meta.mode) ? 0 : size };
  };
  return {
    glance(path) {
      const { meta, size } = inspect(path);
      return { mode: meta.mode, size };
    },
    inspect,
    read(path) {
      const bytes = readFileSync(path);
      const { meta, size, end } = decodeArchiveHeader(bytes);
      const content = storedContent(meta, size, () => [bytes.subarray(end)]);
      if (size > (bytes.length - end) * MAX_RATIO) throw invalid(`a file object that is too short for ${size} bytes`);
      const whole = contentBytes(content);
      return { meta, content: content.size > BORROWED_WHOLE ? whole : Uint8Array.from(whole) };
    },
    stream(path) {
      const stored = borrowedContent(path, lstatSync(path).size);
      if (stored.size > BORROWED_WHOLE) {
        const { meta, size, end } = readHeader(path);
        return { meta, content: storedContent(meta, size, () => after(end, stored.chunks())) };
      }
      const bytes = contentBytes(stored);
      const { meta, size, end } = decodeArchiveHeader(bytes);
      return { meta, content: storedContent(meta, size, () => [bytes.subarray(end)]) };
    },
    write(path, meta, content) {
      const fd = openSync(path, 'wx', 0o600);
      try {
        const header = encodeArchiveHeader(meta, content.size);
        if (isSymlink(meta.mode)) writeAll(fd, header);
        else writeDeflated(fd, header, content, options.level);
        fchmodSync(fd, 0o644);
      } finally {
        closeSync(fd);
      }
    },
  };
}

/** The parts without so many bytes of their beginning. */
function* after(skipped: number, parts: Iterable<Uint8Array>): Generator<Uint8Array> {
  let left = skipped;
  for (const part of parts) {
    yield part.subarray(Math.min(left, part.length));
    left = Math.max(0, left - part.length);
  }
}

function readHeader(path: string) {
  const fd = openSync(path, 'r');
  try {
    let bytes = Buffer.allocUnsafe(FIRST_READ);
    bytes = bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, 0));
    const end = headerEnd(bytes);
    if (end > bytes.length && end <= fstatSync(fd).size) {
      bytes = Buffer.allocUnsafe(end);
      bytes = bytes.subarray(0, readSync(fd, bytes, 0, end, 0));
    }
    return decodeArchiveHeader(bytes);
  } finally {
    closeSync(fd);
  }
}
