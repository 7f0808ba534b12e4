import * as zlib from 'node:zlib';
import { decodeBzip2 } from './bzip2-decoder.ts';
import type { Format } from './detect.ts';
import { type CompressionError, corrupt, tooLarge, trailing, truncated } from './errors.ts';
import { decodeLzmaAlone, decodeXz } from './xz-decoder.ts';

/** Decompresses all of an input without native libraries. */
export type FallbackDecoder = (bytes: Buffer, maxBytes: number) => Buffer;

function translate(format: Format, error: unknown, maxBytes: number): CompressionError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ERR_BUFFER_TOO_LARGE') return tooLarge(maxBytes);
  // The first header has been recognised before: this is about the next one.
  if (message === 'incorrect header check') return trailing(format);
  return code === 'Z_BUF_ERROR' ? truncated(format) : corrupt(format, message, error);
}

/** What node:zlib gives with the option `info`. */
interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

type OneShot = (bytes: Buffer, options: zlib.ZlibOptions) => unknown;

function nodeDecoder(format: 'gzip' | 'zstd', inflate: OneShot): FallbackDecoder {
  return (bytes, maxBytes) => {
    const parts: Buffer[] = [];
    let room = maxBytes;
    let rest = bytes;
    do {
      let result: Inflated;
      try {
        result = inflate(rest, { info: true, maxOutputLength: Math.max(room, 1) }) as Inflated;
      } catch (error) {
        if (parts.length > 0 && (error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE')
          throw trailing(format);
        throw translate(format, error, maxBytes);
      }
      parts.push(result.buffer);
      room -= result.buffer.length;
      if (room < 0) throw tooLarge(maxBytes);
      rest = rest.subarray(result.engine.bytesWritten);
    } while (rest.length > 0);
    return Buffer.concat(parts);
  };
}

const DECODERS: Record<Exclude<Format, 'none'>, FallbackDecoder> = {
  gzip: nodeDecoder('gzip', zlib.gunzipSync as OneShot),
  zstd: nodeDecoder('zstd', zlib.zstdDecompressSync as OneShot),
  xz: decodeXz,
  lzma: decodeLzmaAlone,
  bzip2: decodeBzip2,
};

/** The decoder of a format for machines without its library. */
export function fallbackDecoder(format: Exclude<Format, 'none'>): FallbackDecoder {
  return DECODERS[format];
}
