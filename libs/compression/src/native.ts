import { createRequire } from 'node:module';
import type Koffi from 'koffi';

/**
 * The C functions of compression libraries. All prototypes are here and nowhere else: a wrong one can crash the process, so each is covered by
 * a test that decompresses with it. The layouts are those of 64-bit Linux.
 *
 * zlib and zstd are those that node itself carries. The system's must not be loaded beside them: node exports the same symbols,
 * the loader would bind one library's inner calls to the other, and their different structures corrupt the heap.
 */
export interface NativeLibraries {
  readonly address: (bytes: Uint8Array) => bigint;
  readonly zlib: ZlibFunctions | undefined;
  readonly lzma: LzmaFunctions | undefined;
  readonly bzip2: Bzip2Functions | undefined;
  readonly zstd: ZstdFunctions | undefined;
}

/** zlib (zlib.h). `stream` is a z_stream of 112 bytes. */
export interface ZlibFunctions {
  init(stream: Uint8Array, windowBits: number, version: string, size: number): number;
  code(stream: Uint8Array, flush: number): number;
  reset(stream: Uint8Array): number;
  end(stream: Uint8Array): number;
  readonly deflate: DeflateFunctions;
}

/** The other direction of zlib. */
export interface DeflateFunctions {
  init(
    stream: Uint8Array,
    level: number,
    method: number,
    windowBits: number,
    memoryLevel: number,
    strategy: number,
    version: string,
    size: number,
  ): number;
  code(stream: Uint8Array, flush: number): number;
  reset(stream: Uint8Array): number;
}

/**
 * liblzma.so.5 (lzma/base.h, lzma/container.h, lzma/lzma12.h). `stream` is an lzma_stream of 136 bytes, `options` an lzma_options_lzma of
 * 112 bytes, `filters` a list of lzma_filter of 16 bytes each: number and address of the options.
 */
export interface LzmaFunctions {
  xz(stream: Uint8Array, memoryLimit: bigint, flags: number): number;
  alone(stream: Uint8Array, memoryLimit: bigint): number;
  /** Fills in the options of a preset; 0 when it is one. */
  preset(options: Uint8Array, preset: number): number;
  encoder(stream: Uint8Array, filters: Uint8Array, check: number): number;
  code(stream: Uint8Array, action: number): number;
  end(stream: Uint8Array): void;
}

/** libbz2.so.1.0 (bzlib.h). `stream` is a bz_stream of 80 bytes. */
export interface Bzip2Functions {
  init(stream: Uint8Array, verbosity: number, small: number): number;
  code(stream: Uint8Array): number;
  end(stream: Uint8Array): number;
}

/** zstd (zstd.h). The buffers are structures of pointer, size and position. */
export interface ZstdFunctions {
  create(): unknown;
  code(context: unknown, output: Uint8Array, input: Uint8Array): number;
  isError(result: number): number;
  errorName(result: number): string;
  free(context: unknown): number;
}

type Library = ReturnType<typeof Koffi.load>;

/** Loads a library by name, or with null what the process holds already. */
function load<T>(koffi: typeof Koffi, name: string | null, bind: (library: Library) => T): T | undefined {
  try {
    return bind(koffi.load(name, { deep: true }));
  } catch {
    return undefined;
  }
}

function bindAll(koffi: typeof Koffi): NativeLibraries {
  return {
    address: (bytes) => koffi.address(bytes),
    zlib: load(koffi, null, (library) => ({
      init: library.func('int inflateInit2_(void *stream, int windowBits, const char *version, int size)'),
      code: library.func('int inflate(void *stream, int flush)'),
      reset: library.func('int inflateReset(void *stream)'),
      end: library.func('int inflateEnd(void *stream)'),
      deflate: {
        init: library.func(
          'int deflateInit2_(void *stream, int level, int method, int windowBits, int memoryLevel, int strategy, const char *version, int size)',
        ),
        code: library.func('int deflate(void *stream, int flush)'),
        reset: library.func('int deflateReset(void *stream)'),
      },
    })),
    lzma: load(koffi, 'liblzma.so.5', (library) => ({
      xz: library.func('int lzma_stream_decoder(void *stream, uint64_t memoryLimit, uint32_t flags)'),
      alone: library.func('int lzma_alone_decoder(void *stream, uint64_t memoryLimit)'),
      preset: library.func('uint8_t lzma_lzma_preset(void *options, uint32_t preset)'),
      encoder: library.func('int lzma_stream_encoder(void *stream, void *filters, int check)'),
      code: library.func('int lzma_code(void *stream, int action)'),
      end: library.func('void lzma_end(void *stream)'),
    })),
    bzip2: load(koffi, 'libbz2.so.1.0', (library) => ({
      init: library.func('int BZ2_bzDecompressInit(void *stream, int verbosity, int small)'),
      code: library.func('int BZ2_bzDecompress(void *stream)'),
      end: library.func('int BZ2_bzDecompressEnd(void *stream)'),
    })),
    zstd: load(koffi, null, (library) => ({
      create: library.func('void *ZSTD_createDCtx()'),
      code: library.func('size_t ZSTD_decompressStream(void *context, void *output, void *input)'),
      isError: library.func('uint32_t ZSTD_isError(size_t result)'),
      errorName: library.func('const char *ZSTD_getErrorName(size_t result)'),
      free: library.func('size_t ZSTD_freeDCtx(void *context)'),
    })),
  };
}

let libraries: NativeLibraries | undefined;

/** The libraries that this machine has; loaded at the first call, once a thread. */
export function nativeLibraries(): NativeLibraries {
  libraries ??= loadLibraries();
  return libraries;
}

function loadLibraries(): NativeLibraries {
  const none = { address: () => 0n, zlib: undefined, lzma: undefined, bzip2: undefined, zstd: undefined };
  if (process.platform !== 'linux' || !/^(x64|arm64|riscv64|loong64|ppc64)$/.test(process.arch)) return none;
  try {
    return bindAll(createRequire(import.meta.url)('koffi') as typeof Koffi);
  } catch {
    return none;
  }
}
