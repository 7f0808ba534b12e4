import {
  chmodSync,
  closeSync,
  createReadStream,
  createWriteStream,
  openSync,
  readSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';
import type { Checksum } from '../codec/checksum.ts';
import { CodecError } from '../codec/errors.ts';
import { decodeArchiveHeader, headerEnd, PREFIX_SIZE, startFileChecksum } from '../codec/file-header.ts';
import { isSymlink } from '../codec/mode.ts';
import { openFileContent } from '../repo/content.ts';
import { checkMode, corruptFile, type ReceiveOptions, type ReceiveTarget } from './receive-file.ts';

/**
 * As `receiveFile` for an object that was downloaded to a file because it is large: unpacked in parts, so that memory does not grow with
 * it. The file is gone afterwards.
 */
export async function receiveLarge(
  target: ReceiveTarget,
  id: Checksum,
  path: string,
  options: ReceiveOptions,
  signal: AbortSignal,
): Promise<number> {
  const unpacked = `${path}.content`;
  try {
    const { meta, size, end } = readHeader(id, path, options);
    if (isSymlink(meta.mode)) throw corruptFile(id, options.from, 'it is a symbolic link with content');
    checkMode(id, meta, options);
    const archive = target.repo.mode === 'archive';
    target.space.charge(size);
    const hash = startFileChecksum(meta);
    let seen = 0;
    const counted = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        seen += chunk.length;
        if (seen > size) return done(corruptFile(id, options.from, `it has more than ${size} bytes of content`));
        hash.update(chunk);
        done(null, archive ? undefined : chunk);
      },
    });
    await unpack(id, [createReadStream(path, { start: end }), counted, createWriteStream(unpacked)], options, signal);
    if (seen !== size) throw corruptFile(id, options.from, `it has ${seen} bytes of content instead of ${size}`);
    const actual = hash.digest('hex');
    if (actual !== id) throw corruptFile(id, options.from, `its content and metadata have the checksum ${actual}`);
    if (archive) {
      chmodSync(path, 0o644);
      target.writer.adopt(id, 'file', (temporary) => renameSync(path, temporary));
      return size;
    }
    const fd = openSync(unpacked, 'r');
    try {
      target.writer.writeNewFile(id, meta, openFileContent(fd, size, unpacked));
    } finally {
      closeSync(fd);
    }
    return size;
  } finally {
    rmSync(path, { force: true });
    rmSync(unpacked, { force: true });
  }
}

async function unpack(
  id: Checksum,
  [source, counted, sink]: readonly [
    ReturnType<typeof createReadStream>,
    Transform,
    ReturnType<typeof createWriteStream>,
  ],
  options: ReceiveOptions,
  signal: AbortSignal,
): Promise<void> {
  try {
    await pipeline(source, createInflateRaw(), counted, sink, { signal });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (!(error as NodeJS.ErrnoException).code?.startsWith('Z_')) throw error;
    throw corruptFile(id, options.from, `its compressed content is broken (${(error as Error).message})`, error);
  }
}

function readHeader(id: Checksum, path: string, options: ReceiveOptions) {
  const fd = openSync(path, 'r');
  try {
    const prefix = Buffer.alloc(PREFIX_SIZE);
    readSync(fd, prefix, 0, PREFIX_SIZE, 0);
    const bytes = Buffer.alloc(headerEnd(prefix));
    readSync(fd, bytes, 0, bytes.length, 0);
    return decodeArchiveHeader(bytes);
  } catch (error) {
    if (error instanceof CodecError) throw corruptFile(id, options.from, error.message, error);
    throw error;
  } finally {
    closeSync(fd);
  }
}
