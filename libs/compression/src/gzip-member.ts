import { crc32 } from 'node:zlib';
import { corrupt, truncated } from './errors.ts';

/** CRC-32 and size of the content, after it. */
export const TRAILER_SIZE = 8;

const FIXED_SIZE = 10;
const DEFLATE = 8;
const HEADER_CRC = 0x02;
const EXTRA = 0x04;
const NAME = 0x08;
const COMMENT = 0x10;
const RESERVED = 0xe0;

function textEnd(bytes: Buffer, at: number): number {
  const end = bytes.indexOf(0, at);
  if (end < 0) throw truncated('gzip');
  return end + 1;
}

/** Size of a gzip member's header (RFC 1952, 2.3). */
export function gzipHeaderSize(bytes: Buffer): number {
  if (bytes.length < FIXED_SIZE) throw truncated('gzip');
  const flags = bytes.readUInt8(3);
  if (bytes.readUInt8(2) !== DEFLATE || (flags & RESERVED) !== 0)
    throw corrupt('gzip', 'its header is not of this format');
  let at = FIXED_SIZE;
  if (flags & EXTRA) {
    if (bytes.length < at + 2) throw truncated('gzip');
    at += 2 + bytes.readUInt16LE(at);
  }
  if (flags & NAME) at = textEnd(bytes, at);
  if (flags & COMMENT) at = textEnd(bytes, at);
  if (flags & HEADER_CRC) at += 2;
  if (bytes.length < at) throw truncated('gzip');
  return at;
}

export function gzipTrailerMatches(trailer: Buffer, content: Buffer): boolean {
  return trailer.readUInt32LE(0) === crc32(content) && trailer.readUInt32LE(4) === content.length % 2 ** 32;
}
