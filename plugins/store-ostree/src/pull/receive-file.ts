import { closeSync, fchmodSync, openSync } from 'node:fs';
import type { Checksum } from '../codec/checksum.ts';
import { CodecError } from '../codec/errors.ts';
import { decodeArchiveHeader, type FileMeta } from '../codec/file-header.ts';
import { isRegular } from '../codec/mode.ts';
import { storeError } from '../errors.ts';
import { BORROWED_WHOLE, type Content, contentChecksum, explainedContent } from '../repo/content.ts';
import type { FreeSpaceGuard } from '../repo/free-space.ts';
import type { ObjectWriter } from '../repo/object-writer.ts';
import type { Repository } from '../repo/repository.ts';
import { storedContent } from '../repo/storage/deflated.ts';
import { writeAll } from '../repo/storage/storage.ts';

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
  const explain = (error: CodecError) => corruptFile(id, options.from, error.message, error);
  const { meta, content } = unpack(bytes, explain);
  checkMode(id, meta, options);
  // A longer one is unpacked only once: hashed while it is written, and under its true name if that is another.
  const stream = !archive && content.size > BORROWED_WHOLE;
  const actual = stream ? writer.writeStream(meta, content) : contentChecksum(meta, content);
  if (actual !== id) throw corruptFile(id, options.from, `its content and metadata have the checksum ${actual}`);
  if (archive) keepBytes(target, id, bytes);
  else if (!stream) writer.writeNewFile(id, meta, content);
  return content.size;
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

function unpack(bytes: Uint8Array, explain: (error: CodecError) => Error): { meta: FileMeta; content: Content } {
  try {
    const { meta, size, end } = decodeArchiveHeader(bytes);
    const content = storedContent(meta, size, () => [bytes.subarray(end)]);
    return { meta, content: explainedContent(content, explain) };
  } catch (error) {
    throw error instanceof CodecError ? explain(error) : error;
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
