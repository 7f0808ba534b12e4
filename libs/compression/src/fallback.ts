import * as zlib from 'node:zlib';
import { decodeBzip2 } from './bzip2-decoder.ts';
import type { Format } from './detect.ts';
import { type CompressionError, corrupt, tooLarge, trailing, truncated } from './errors.ts';
import { gzipHeaderSize, gzipTrailerMatches, TRAILER_SIZE } from './gzip-member.ts';
import { decodeLzmaAlone, decodeXz } from './xz-decoder.ts';

/** Decompresses all of an input without native libraries. */
export type FallbackDecoder = (bytes: Buffer, maxBytes: number) => Buffer;

/** One member or frame: what it holds and how many bytes of the input it takes. */
interface Member {
  readonly content: Buffer;
  readonly size: number;
}

/** What node:zlib gives with the option `info`. */
interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

type OneShot = (bytes: Buffer, options: zlib.ZlibOptions & { info: true }) => unknown;

function translate(format: Format, error: unknown, maxBytes: number): CompressionError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ERR_BUFFER_TOO_LARGE') return tooLarge(maxBytes);
  return code === 'Z_BUF_ERROR' ? truncated(format) : corrupt(format, message, error);
}

function inflate(format: Format, oneShot: OneShot, bytes: Buffer, maxBytes: number): Member {
  let inflated: Inflated;
  try {
    inflated = oneShot(bytes, { info: true, maxOutputLength: Math.max(maxBytes, 1) }) as Inflated;
  } catch (error) {
    throw translate(format, error, maxBytes);
  }
  if (inflated.buffer.length > maxBytes) throw tooLarge(maxBytes);
  return { content: inflated.buffer, size: inflated.engine.bytesWritten };
}

function gzipMember(bytes: Buffer, maxBytes: number): Member {
  const headerSize = gzipHeaderSize(bytes);
  const { content, size } = inflate('gzip', zlib.inflateRawSync as OneShot, bytes.subarray(headerSize), maxBytes);
  const end = headerSize + size;
  if (bytes.length < end + TRAILER_SIZE) throw truncated('gzip');
  if (!gzipTrailerMatches(bytes.subarray(end), content)) throw corrupt('gzip', 'a checksum is wrong');
  return { content, size: end + TRAILER_SIZE };
}

function zstdFrame(bytes: Buffer, maxBytes: number): Member {
  return inflate('zstd', zlib.zstdDecompressSync as OneShot, bytes, maxBytes);
}

/** Joins members that follow one another; `magic` is how each of them begins. */
function joined(format: Format, magic: Buffer, member: (bytes: Buffer, maxBytes: number) => Member): FallbackDecoder {
  return (bytes, maxBytes) => {
    const parts: Buffer[] = [];
    let room = maxBytes;
    let rest = bytes;
    do {
      const beginning = rest.subarray(0, magic.length);
      if (!magic.subarray(0, beginning.length).equals(beginning)) {
        throw parts.length > 0 ? trailing(format) : corrupt(format, 'its header is not of this format');
      }
      if (beginning.length < magic.length) throw parts.length > 0 ? trailing(format) : truncated(format);
      const { content, size } = member(rest, room);
      parts.push(content);
      room -= content.length;
      rest = rest.subarray(size);
    } while (rest.length > 0);
    return Buffer.concat(parts);
  };
}

const DECODERS: Record<Exclude<Format, 'none'>, FallbackDecoder> = {
  gzip: joined('gzip', Buffer.from([0x1f, 0x8b]), gzipMember),
  zstd: joined('zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), zstdFrame),
  xz: decodeXz,
  lzma: decodeLzmaAlone,
  bzip2: decodeBzip2,
};

/** The decoder of a format for machines without its library. */
export function fallbackDecoder(format: Exclude<Format, 'none'>): FallbackDecoder {
  return DECODERS[format];
}
