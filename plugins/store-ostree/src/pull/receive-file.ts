import { closeSync, fchmodSync, openSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import { type Checksum, sha256 } from '../codec/checksum.ts';
import { CodecError } from '../codec/errors.ts';
import { decodeArchiveHeader, encodeFileHeader, type FileMeta } from '../codec/file-header.ts';
import { isRegular, isSymlink } from '../codec/mode.ts';
import { storeError } from '../errors.ts';
import { bytesContent, NO_CONTENT } from '../repo/content.ts';
import type { FreeSpaceGuard } from '../repo/free-space.ts';
import type { ObjectWriter } from '../repo/object-writer.ts';
import type { Repository } from '../repo/repository.ts';
import { writeAll } from '../repo/storage/storage.ts';

/** What zlib takes as the size of a piece. */
const MIN_CHUNK = 64;
const MAX_CHUNK = 16 * 1024 * 1024;

/** Where file objects of an archive go that come over the network. */
export interface ReceiveTarget {
  readonly repo: Repository;
  readonly writer: ObjectWriter;
  readonly space: FreeSpaceGuard;
}

export interface ReceiveOptions {
  /** The server, for messages. */
  readonly from: string;
  /** Refuses regular files with permissions outside of 0775. */
  readonly bareUserOnly: boolean;
  /** Takes the bytes without a look at their content. */
  readonly trusted: boolean;
}

/**
 * Writes a file object of an archive (header and compressed content) in the form of the repository, after verifying its checksum. An
 * archive keeps the bytes as they came. Returns the bytes of content. @throws OSTREE_PULL_CORRUPT
 */
export function receiveFile(target: ReceiveTarget, id: Checksum, bytes: Uint8Array, options: ReceiveOptions): number {
  const { repo, writer } = target;
  const archive = repo.mode === 'archive';
  if (archive && options.trusted) {
    keepBytes(target, id, bytes);
    return bytes.length;
  }
  const { meta, content } = unpack(id, bytes, options.from);
  checkMode(id, meta, options);
  const actual = isSymlink(meta.mode) ? sha256(encodeFileHeader(meta)) : writer.fileId(meta, content);
  if (actual !== id) throw corruptFile(id, options.from, `its content and metadata have the checksum ${actual}`);
  if (archive) keepBytes(target, id, bytes);
  else writer.writeNewFile(id, meta, isSymlink(meta.mode) ? NO_CONTENT : bytesContent(content));
  return content.length;
}

/** A file that cannot have been made for repositories of users is refused where that was asked for. */
export function checkMode(id: Checksum, { mode }: FileMeta, { bareUserOnly, from }: ReceiveOptions): void {
  if (!bareUserOnly || !isRegular(mode) || (mode & 0o7777 & ~0o775) === 0) return;
  const bits = (mode & 0o7777 & ~0o775).toString(8).padStart(4, '0');
  throw storeError(
    'OSTREE_PULL_CORRUPT',
    `Content object ${id} from ${from}: invalid mode 0${(mode & 0o7777).toString(8).padStart(4, '0')} with bits 0${bits}.`,
    {
      hint: 'Files for users are not writable by all and not setuid; pull without that restriction to have it.',
      data: { object: id },
    },
  );
}

export const corruptFile = (id: Checksum, from: string, problem: string, cause?: unknown) =>
  storeError('OSTREE_PULL_CORRUPT', `Corrupted file object ${id} from ${from}: ${problem}.`, {
    hint: 'The repository there is damaged, or somebody changes what it sends: run a check there.',
    data: { object: id, from },
    ...(cause === undefined ? {} : { cause }),
  });

function unpack(id: Checksum, bytes: Uint8Array, from: string): { meta: FileMeta; content: Uint8Array } {
  try {
    const { meta, size, end } = decodeArchiveHeader(bytes);
    const packed = bytes.subarray(end);
    if (isSymlink(meta.mode)) {
      if (packed.length > 0) throw corruptFile(id, from, 'it is a symbolic link with content');
      return { meta, content: packed };
    }
    // One byte more than announced is enough to see that there is too much.
    const unpacked = inflateRawSync(packed, {
      maxOutputLength: size + 1,
      // All in one piece: pieces would be copied together in the end.
      chunkSize: Math.min(Math.max(size + 1, MIN_CHUNK), MAX_CHUNK),
      info: true,
    }) as unknown as {
      buffer: Buffer;
      engine: { bytesWritten: number };
    };
    const { buffer, engine } = unpacked;
    if (buffer.length !== size)
      throw corruptFile(id, from, `it has ${buffer.length} bytes of content instead of ${size}`);
    if (engine.bytesWritten !== packed.length) throw corruptFile(id, from, 'it has bytes after its content');
    return { meta, content: buffer };
  } catch (error) {
    if (error instanceof CodecError) throw corruptFile(id, from, error.message, error);
    const { code } = error as NodeJS.ErrnoException;
    if (code?.startsWith('Z_') || code === 'ERR_BUFFER_TOO_LARGE') {
      throw corruptFile(id, from, `its compressed content is broken (${(error as Error).message})`, error);
    }
    throw error;
  }
}

function keepBytes({ writer, space }: ReceiveTarget, id: Checksum, bytes: Uint8Array): void {
  space.charge(bytes.length);
  writer.adopt(id, 'file', (temporary) => {
    const fd = openSync(temporary, 'wx', 0o600);
    try {
      writeAll(fd, bytes);
      fchmodSync(fd, 0o644);
    } finally {
      closeSync(fd);
    }
  });
}
