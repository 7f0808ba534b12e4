import { closeSync, fchmodSync, fstatSync, lstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { invalid } from '../../codec/errors.ts';
import { decodeArchiveHeader, encodeArchiveHeader, headerEnd } from '../../codec/file-header.ts';
import { isSymlink } from '../../codec/mode.ts';
import { borrowedContent, bytesContent, type Content, contentBytes } from '../content.ts';
import { type FileStorage, type StoredFile, writeAll } from './storage.ts';

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
    read: (path) => unpack(readFileSync(path)),
    stream(path) {
      const { meta, content } = unpack(contentBytes(borrowedContent(path, lstatSync(path).size)));
      return { meta, content: bytesContent(content) };
    },
    write(path, meta, content) {
      const fd = openSync(path, 'wx', 0o600);
      try {
        writeAll(fd, encodeArchiveHeader(meta, content.size));
        if (!isSymlink(meta.mode)) writeDeflated(fd, content, options.level);
        fchmodSync(fd, 0o644);
      } finally {
        closeSync(fd);
      }
    },
  };
}

function unpack(bytes: Uint8Array) {
  const { meta, size, end } = decodeArchiveHeader(bytes);
  return { meta, content: isSymlink(meta.mode) ? empty(bytes, end) : inflate(bytes.subarray(end), size) };
}

function writeDeflated(fd: number, content: Content, level: number): void {
  if (content.size === 0) writeAll(fd, deflateRawSync(new Uint8Array(), { level }));
  let left = content.size;
  for (const chunk of content.chunks()) {
    if (chunk.length === 0) continue;
    left -= chunk.length;
    // Each part but the last ends on a byte and leaves the stream open, so that the parts join to one stream.
    const finishFlush = left > 0 ? constants.Z_SYNC_FLUSH : constants.Z_FINISH;
    writeAll(fd, deflateRawSync(chunk, { level: worthCompressing(chunk) ? level : 0, finishFlush }));
  }
}

const SAMPLE = 32 * 1024;

/** False for what is compressed already, such as an initramfs: a sample from its middle tells, at a hundredth of the cost. */
function worthCompressing(chunk: Uint8Array): boolean {
  if (chunk.length < 8 * SAMPLE) return true;
  const middle = chunk.length >>> 1;
  return deflateRawSync(chunk.subarray(middle, middle + SAMPLE), { level: 1 }).length < SAMPLE * 0.97;
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

/** Deflate makes nothing smaller than this (zlib's algorithm.txt and "Maximum Compression Factor"). */
const MAX_RATIO = 1032;

function inflate(bytes: Uint8Array, size: number): Uint8Array {
  let result: { buffer: Buffer; engine: { bytesWritten: number } };
  try {
    // One byte more than announced is enough to see that there is too much. Output in one piece is not copied together.
    const chunkSize = Math.max(constants.Z_MIN_CHUNK, Math.min(size, bytes.length * MAX_RATIO) + 1);
    result = inflateRawSync(bytes, { maxOutputLength: size + 1, chunkSize, info: true }) as unknown as typeof result;
  } catch (error) {
    throw invalid(`a file object whose compressed content is broken (${(error as Error).message})`);
  }
  const { buffer, engine } = result;
  if (buffer.length !== size) throw invalid(`a file object with ${buffer.length} bytes of content instead of ${size}`);
  if (engine.bytesWritten !== bytes.length) throw invalid('a file object with bytes after its compressed content');
  return buffer;
}

function empty(bytes: Uint8Array, end: number): Uint8Array {
  if (bytes.length !== end) throw invalid('a symbolic link with content');
  return new Uint8Array();
}
