import type { Format } from './detect.ts';
import type { Engine, Step } from './engine.ts';
import { CompressionError, corrupt } from './errors.ts';
import type { Bzip2Functions, LzmaFunctions, NativeLibraries, ZlibFunctions, ZstdFunctions } from './native.ts';

type Address = NativeLibraries['address'];

/** Larger than every structure, and past the size to which V8 keeps typed arrays where they can move. */
export const STRUCTURE_SIZE = 256;

/** Where the z_stream, bz_stream or lzma_stream has its members. */
interface Layout {
  readonly nextIn: number;
  readonly availIn: number;
  readonly nextOut: number;
  readonly availOut: number;
  readonly wide: boolean;
}

export const ZLIB_LAYOUT: Layout = { nextIn: 0, availIn: 8, nextOut: 24, availOut: 32, wide: false };
export const LZMA_LAYOUT: Layout = { nextIn: 0, availIn: 8, nextOut: 24, availOut: 32, wide: true };
export const Z_STREAM_SIZE = 112;
const GZIP_WINDOW_BITS = 15 + 16;
export const ZLIB_VERSION = '1.2.11';
/** Whoever made the data chooses how much memory reading them takes; `xz -9` takes 65 MiB. */
const LZMA_MEMORY_LIMIT = 256n * 1024n * 1024n;
export const LZMA_RUN = 0;

/** The step that three libraries share: pointers in, one call, pointers out. */
export function runStream(
  stream: Buffer,
  layout: Layout,
  address: Address,
  input: Uint8Array,
  output: Uint8Array,
  code: () => boolean,
): Step {
  const count = (at: number) => (layout.wide ? Number(stream.readBigUInt64LE(at)) : stream.readUInt32LE(at));
  const setCount = (at: number, value: number) => {
    if (layout.wide) stream.writeBigUInt64LE(BigInt(value), at);
    else stream.writeUInt32LE(value, at);
  };
  stream.writeBigUInt64LE(input.length === 0 ? 0n : address(input), layout.nextIn);
  setCount(layout.availIn, input.length);
  stream.writeBigUInt64LE(address(output), layout.nextOut);
  setCount(layout.availOut, output.length);
  const ended = code();
  return { consumed: input.length - count(layout.availIn), produced: output.length - count(layout.availOut), ended };
}

/** `windowBits` says what is around the deflated bytes, as zlib.h has it; `format` is for messages. */
export function zlibEngine(zlib: ZlibFunctions, address: Address, windowBits: number, format: string): Engine {
  const stream = Buffer.alloc(STRUCTURE_SIZE);
  if (zlib.init(stream, windowBits, ZLIB_VERSION, Z_STREAM_SIZE) !== 0) throw new Error('zlib cannot be initialised');
  const code = () => {
    const result = zlib.code(stream, 0);
    // 1 is the end, -5 means that more input or room is needed.
    if (result === 1) return true;
    if (result !== 0 && result !== -5) throw corrupt(format, `zlib says ${result}`);
    return false;
  };
  return {
    step: (input, output) => runStream(stream, ZLIB_LAYOUT, address, input, output, code),
    reset: () => zlib.reset(stream),
    close: () => zlib.end(stream),
  };
}

const LZMA_ERRORS: Partial<Record<number, string>> = {
  5: 'it does not fit into memory',
  7: 'its header is not of this format',
  9: 'a checksum or a code is wrong',
};

const LZMA_UNSUPPORTED: Partial<Record<number, string>> = {
  6: 'need more than 256 MiB of memory',
  8: 'use options that liblzma does not know',
};

function lzmaError(format: string, result: number): CompressionError {
  const unsupported = LZMA_UNSUPPORTED[result];
  if (unsupported) return new CompressionError('COMPRESSION_UNSUPPORTED', `the ${format} data ${unsupported}`);
  return corrupt(format, LZMA_ERRORS[result] ?? `liblzma says ${result}`);
}

function lzmaEngine(lzma: LzmaFunctions, address: Address, format: 'xz' | 'lzma'): Engine {
  const stream = Buffer.alloc(STRUCTURE_SIZE);
  const start = () => {
    const result = format === 'xz' ? lzma.xz(stream, LZMA_MEMORY_LIMIT, 0) : lzma.alone(stream, LZMA_MEMORY_LIMIT);
    if (result !== 0) throw new Error(`liblzma cannot be initialised: ${result}`);
  };
  start();
  const code = () => {
    const result = lzma.code(stream, LZMA_RUN);
    // 1 is the end, 10 means that more input or room is needed.
    if (result === 1) return true;
    if (result !== 0 && result !== 10) throw lzmaError(format, result);
    return false;
  };
  return {
    step: (input, output) => runStream(stream, LZMA_LAYOUT, address, input, output, code),
    reset: start,
    close: () => lzma.end(stream),
  };
}

function bzip2Engine(bzip2: Bzip2Functions, address: Address): Engine {
  const stream = Buffer.alloc(STRUCTURE_SIZE);
  const start = () => {
    if (bzip2.init(stream, 0, 0) !== 0) throw new Error('libbz2 cannot be initialised');
  };
  start();
  const code = () => {
    const result = bzip2.code(stream);
    if (result === 4) return true;
    if (result !== 0) throw corrupt('bzip2', `libbz2 says ${result}`);
    return false;
  };
  return {
    step: (input, output) => runStream(stream, ZLIB_LAYOUT, address, input, output, code),
    reset: () => {
      bzip2.end(stream);
      stream.fill(0);
      start();
    },
    close: () => bzip2.end(stream),
  };
}

function zstdEngine(zstd: ZstdFunctions, address: Address): Engine {
  const context = zstd.create();
  const structures = Buffer.alloc(STRUCTURE_SIZE);
  const inBuffer = structures.subarray(0, 24);
  const outBuffer = structures.subarray(32, 56);
  const point = (structure: Buffer, bytes: Uint8Array) => {
    structure.writeBigUInt64LE(bytes.length === 0 ? 0n : address(bytes), 0);
    structure.writeBigUInt64LE(BigInt(bytes.length), 8);
    structure.writeBigUInt64LE(0n, 16);
  };
  return {
    step: (input, output) => {
      point(inBuffer, input);
      point(outBuffer, output);
      const result = zstd.code(context, outBuffer, inBuffer);
      if (zstd.isError(result)) throw corrupt('zstd', zstd.errorName(result));
      return {
        consumed: Number(inBuffer.readBigUInt64LE(16)),
        produced: Number(outBuffer.readBigUInt64LE(16)),
        ended: result === 0,
      };
    },
    // A context begins the next frame by itself.
    reset: () => {},
    close: () => zstd.free(context),
  };
}

/** Makes decoders by a library, or undefined where it is absent. */
export function nativeEngine(format: Exclude<Format, 'none'>, libraries: NativeLibraries): (() => Engine) | undefined {
  const { address, zlib, lzma, bzip2, zstd } = libraries;
  switch (format) {
    case 'gzip':
      return zlib && (() => zlibEngine(zlib, address, GZIP_WINDOW_BITS, 'gzip'));
    case 'xz':
    case 'lzma':
      return lzma && (() => lzmaEngine(lzma, address, format));
    case 'bzip2':
      return bzip2 && (() => bzip2Engine(bzip2, address));
    case 'zstd':
      return zstd && (() => zstdEngine(zstd, address));
  }
}
