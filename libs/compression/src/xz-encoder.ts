import { unavailable } from './errors.ts';
import type { Input } from './input.ts';
import { nativeLibraries } from './native.ts';
import { LZMA_LAYOUT, LZMA_RUN, runStream, STRUCTURE_SIZE } from './native-engines.ts';

export interface CompressOptions {
  /** 0 to 9, as of the program xz. */
  readonly level: number;
  /** Bytes to come, when they are known: no larger window than that is made. */
  readonly size?: number;
}

/** Numbers of liblzma (lzma/base.h, lzma/check.h, lzma/lzma12.h, lzma/vli.h). */
const LZMA_FINISH = 3;
const LZMA_STREAM_END = 1;
const LZMA_BUF_ERROR = 10;
const LZMA_CHECK_CRC64 = 4;
const LZMA_FILTER_LZMA2 = 0x21n;
const LZMA_VLI_UNKNOWN = 0xffffffffffffffffn;
const SMALLEST_WINDOW = 4096;
const OUTPUT_SIZE = 256 * 1024;

/** Whether `compressXz` can work here. */
export const canCompressXz = (): boolean => nativeLibraries().lzma !== undefined;

/**
 * Compresses to one .xz stream of one block with the check CRC64, as `xz` does.
 * @throws CompressionError COMPRESSION_UNAVAILABLE where liblzma is absent.
 */
export function compressXz(input: Input, { level, size }: CompressOptions): Buffer {
  const { lzma, address } = nativeLibraries();
  if (!lzma) throw unavailable('liblzma');
  if (!Number.isInteger(level) || level < 0 || level > 9) throw new RangeError(`${level} is no level of xz`);
  const options = Buffer.alloc(STRUCTURE_SIZE);
  if (lzma.preset(options, level) !== 0) throw new RangeError(`${level} is no level of xz`);
  // The first member is the size of the window, from which liblzma's memory follows.
  if (size !== undefined) options.writeUInt32LE(Math.min(options.readUInt32LE(0), Math.max(size, SMALLEST_WINDOW)), 0);
  const filters = Buffer.alloc(STRUCTURE_SIZE);
  filters.writeBigUInt64LE(LZMA_FILTER_LZMA2, 0);
  filters.writeBigUInt64LE(address(options), 8);
  filters.writeBigUInt64LE(LZMA_VLI_UNKNOWN, 16);
  const stream = Buffer.alloc(STRUCTURE_SIZE);
  const check = (result: number) => {
    if (result !== 0 && result !== LZMA_BUF_ERROR) throw new Error(`liblzma cannot compress: ${result}`);
  };
  check(lzma.encoder(stream, filters, LZMA_CHECK_CRC64));
  const parts: Buffer[] = [];
  const output = Buffer.allocUnsafeSlow(OUTPUT_SIZE);
  const step = (bytes: Uint8Array, action: number) => {
    const done = runStream(stream, LZMA_LAYOUT, address, bytes, output, () => {
      const result = lzma.code(stream, action);
      if (result === LZMA_STREAM_END) return true;
      check(result);
      return false;
    });
    if (done.produced > 0) parts.push(Buffer.from(output.subarray(0, done.produced)));
    return done;
  };
  try {
    for (const chunk of input instanceof Uint8Array ? [input] : input) {
      for (let at = 0; at < chunk.length; ) at += step(chunk.subarray(at), LZMA_RUN).consumed;
    }
    while (!step(new Uint8Array(), LZMA_FINISH).ended);
  } finally {
    lzma.end(stream);
  }
  return Buffer.concat(parts);
}
