import { Buffer } from 'node:buffer';
import { createHash, type Hash, hash } from 'node:crypto';
import { swap32, swap64 } from './byte-order.ts';
import type { Checksum } from './checksum.ts';
import { invalid, limit } from './errors.ts';
import { decode, type Value } from './gvariant/index.ts';
import { hasOnlyModeBits, isRegular, isSymlink } from './mode.ts';
import { encodeXattrs, type Xattr, xattrsFromValue } from './xattrs.ts';

/** All that an object of type file says of a file but its content. */
export interface FileMeta {
  readonly uid: number;
  readonly gid: number;
  /** st_mode with its type: a regular file or a symbolic link. */
  readonly mode: number;
  /** The target of a symbolic link, '' for a regular file. */
  readonly target: string;
  readonly xattrs: readonly Xattr[];
}

const HEADER_TYPE = '(uuuusa(ayay))';
const ARCHIVE_HEADER_TYPE = '(tuuuusa(ayay))';
/** Length prefix and padding before a header: 32-bit big endian, then zeros up to the alignment of a variant. */
export const PREFIX_SIZE = 8;
/** Far above what a file system can hold in extended attributes; a header is read whole. */
const MAX_HEADER = 16 * 1024 * 1024;

/** The prefixed header that stands before the content when a file's checksum is taken. */
export function encodeFileHeader(meta: FileMeta): Buffer {
  return encodeHeader(meta, undefined);
}

/** The prefixed header of a .filez object; `size` is the number of content bytes before compression. */
export function encodeArchiveHeader(meta: FileMeta, size: number): Buffer {
  return encodeHeader(meta, size);
}

// Written by hand: one of these is made for every file that enters a repository.
function encodeHeader(meta: FileMeta, size: number | undefined): Buffer {
  checkFileMeta(meta);
  const xattrs = meta.xattrs.length > 0 ? encodeXattrs(meta.xattrs) : undefined;
  const fixed = size === undefined ? 16 : 24;
  const textEnd = fixed + Buffer.byteLength(meta.target) + 1;
  const body = textEnd + (xattrs?.length ?? 0);
  const width = body + 1 <= 0xff ? 1 : body + 2 <= 0xffff ? 2 : 4;
  const bytes = Buffer.alloc(PREFIX_SIZE + body + width);
  bytes.writeUInt32BE(body + width, 0);
  let at = PREFIX_SIZE;
  if (size !== undefined) at = bytes.writeBigUInt64BE(BigInt(size), at);
  at = bytes.writeUInt32BE(meta.uid, at);
  at = bytes.writeUInt32BE(meta.gid, at);
  at = bytes.writeUInt32BE(meta.mode, at);
  bytes.write(meta.target, at + 4, 'utf8');
  if (xattrs) bytes.set(xattrs, PREFIX_SIZE + textEnd);
  bytes.writeUIntLE(textEnd, PREFIX_SIZE + body, width);
  return bytes;
}

/** Reads the header of a .filez object from its first bytes. `end` is where the compressed content starts. */
export function decodeArchiveHeader(bytes: Uint8Array): { meta: FileMeta; size: number; end: number } {
  const end = headerEnd(bytes);
  if (bytes.length < end) throw invalid('a file object that ends inside its header', bytes.length);
  const header = bytes.subarray(PREFIX_SIZE, end);
  const [size, ...rest] = decode(ARCHIVE_HEADER_TYPE, header) as readonly Value[];
  const bytesInFile = swap64(size as bigint);
  if (bytesInFile > BigInt(Number.MAX_SAFE_INTEGER)) throw limit(`a file of ${bytesInFile} bytes`);
  return { meta: metaFromValue(rest), size: Number(bytesInFile), end };
}

/** Where the header that starts these bytes ends; at least PREFIX_SIZE bytes are needed. */
export function headerEnd(bytes: Uint8Array): number {
  if (bytes.length < PREFIX_SIZE) throw invalid('a file object shorter than the length of its header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(0);
  if (view.getUint32(4) !== 0) throw invalid('a file object whose header is not aligned by zeros', 4);
  if (length > MAX_HEADER) throw limit(`a file header of ${length} bytes`);
  return PREFIX_SIZE + length;
}

/** Reads a bare header as it is hashed: what a file object stream starts with. */
export function decodeFileHeader(bytes: Uint8Array): { meta: FileMeta; end: number } {
  const end = headerEnd(bytes);
  if (bytes.length < end) throw invalid('a file object that ends inside its header', bytes.length);
  return { meta: metaFromValue(decode(HEADER_TYPE, bytes.subarray(PREFIX_SIZE, end)) as readonly Value[]), end };
}

function metaFromValue(value: readonly Value[]): FileMeta {
  const [uid, gid, mode, rdev, target, xattrs] = value as readonly [number, number, number, number, string, Value];
  if (rdev !== 0) throw invalid('a file object of a device');
  const meta = {
    uid: swap32(uid),
    gid: swap32(gid),
    mode: swap32(mode),
    target,
    xattrs: xattrsFromValue(xattrs),
  };
  checkFileMeta(meta);
  return meta;
}

/** Throws a CodecError for metadata that no file object can have. */
export function checkFileMeta(meta: FileMeta): void {
  const { mode, target } = meta;
  if (!hasOnlyModeBits(mode)) throw invalid(`a file with the invalid mode 0${mode.toString(8)}`);
  if (isSymlink(mode)) {
    if (target === '') throw invalid('a symbolic link without a target');
  } else if (!isRegular(mode)) {
    throw invalid(`mode 0${mode.toString(8)} is neither a regular file nor a symbolic link`);
  } else if (target !== '') {
    throw invalid('a regular file with the target of a symbolic link');
  }
  if (target.includes('\0') || !target.isWellFormed()) throw invalid('a symbolic link whose target is not valid text');
}

/** A hash that has taken in the header: feed it the content and it gives the checksum of the file. */
export function startFileChecksum(meta: FileMeta): Hash {
  return createHash('sha256').update(encodeFileHeader(meta));
}

/** Below this size header and content are joined and hashed in one call, which is faster than a hash that is fed twice. */
const ONE_SHOT = 64 * 1024;
let joined: Buffer | undefined;

export function fileChecksum(meta: FileMeta, content: Uint8Array): Checksum {
  const header = encodeFileHeader(meta);
  const length = header.length + content.length;
  if (length > ONE_SHOT) return createHash('sha256').update(header).update(content).digest('hex');
  joined ??= Buffer.allocUnsafeSlow(ONE_SHOT);
  joined.set(header, 0);
  joined.set(content, header.length);
  return hash('sha256', joined.subarray(0, length), 'hex');
}
