import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Engine, Step } from './engine.ts';
import { corrupt, tooLarge } from './errors.ts';
import { type DeflateFunctions, type NativeLibraries, nativeLibraries } from './native.ts';
import { runStream, STRUCTURE_SIZE, Z_STREAM_SIZE, ZLIB_LAYOUT, ZLIB_VERSION, zlibEngine } from './native-engines.ts';

/** Nothing around the deflated bytes (zlib.h, inflateInit2). */
const RAW_WINDOW_BITS = -15;
const FORMAT = 'deflate';

/**
 * Undoes deflate (RFC 1951), with nothing around it, piece by piece into memory of the caller. What it holds is used again for the next
 * stream: node's own functions make it, and memory for the result, anew for each, which for small files takes longer than the work.
 */
export class RawInflater {
  readonly #engine: Engine | undefined;
  #whole: WholeInflate | undefined;

  constructor({ zlib, address }: NativeLibraries = nativeLibraries()) {
    this.#engine = zlib && zlibEngine(zlib, address, RAW_WINDOW_BITS, FORMAT);
  }

  /** Begins a stream; `maxBytes` is what it may give at most, where it has to be undone as a whole. */
  start(maxBytes: number): void {
    if (this.#engine) this.#engine.reset();
    else this.#whole = new WholeInflate(maxBytes);
  }

  /**
   * Takes from the input and fills the output as far as both go.
   * @throws CompressionError COMPRESSION_CORRUPT, COMPRESSION_TOO_LARGE
   */
  step(input: Uint8Array, output: Uint8Array): Step {
    return (this.#engine ?? this.#whole!).step(input, output);
  }
}

/** What one step of a compressor did. */
export interface DeflateStep {
  readonly consumed: number;
  readonly produced: number;
  /** All of the input was taken and, where that was asked for, flushed or ended; else there is more for the output. */
  readonly done: boolean;
}

/** None of what follows; up to a byte's end, the stream left open; to the end of the stream (zlib.h). */
const FLUSH = { none: constants.Z_NO_FLUSH, sync: constants.Z_SYNC_FLUSH, end: constants.Z_FINISH } as const;

/** Deflates, with nothing around it, piece by piece into memory of the caller; what it holds is used again for the next stream. */
export class RawDeflater {
  readonly #step: (input: Uint8Array, output: Uint8Array, flush: keyof typeof FLUSH) => DeflateStep;
  readonly reset: () => void;

  /** `level` is zlib's, 0 to 9. */
  constructor(level: number, libraries: NativeLibraries = nativeLibraries()) {
    const { deflate } = libraries.zlib ?? {};
    const { step, reset } = deflate ? nativeDeflate(deflate, libraries.address, level) : wholeDeflate(level);
    this.#step = step;
    this.reset = reset;
  }

  step(input: Uint8Array, output: Uint8Array, flush: keyof typeof FLUSH): DeflateStep {
    return this.#step(input, output, flush);
  }
}

const DEFLATED = 8;
const DEFAULT_MEMORY_LEVEL = 8;
const DEFAULT_STRATEGY = 0;

function nativeDeflate(deflate: DeflateFunctions, address: NativeLibraries['address'], level: number) {
  const stream = Buffer.alloc(STRUCTURE_SIZE);
  const memory = DEFAULT_MEMORY_LEVEL;
  const args = [level, DEFLATED, RAW_WINDOW_BITS, memory, DEFAULT_STRATEGY, ZLIB_VERSION, Z_STREAM_SIZE] as const;
  if (deflate.init(stream, ...args) !== 0) throw new Error('zlib cannot be initialised');
  return {
    reset: () => void deflate.reset(stream),
    step(input: Uint8Array, output: Uint8Array, flush: keyof typeof FLUSH): DeflateStep {
      let result = 0;
      const { consumed, produced, ended } = runStream(stream, ZLIB_LAYOUT, address, input, output, () => {
        result = deflate.code(stream, FLUSH[flush]);
        return result === 1;
      });
      // 1 is the end of the stream, -5 that nothing could be done.
      if (result < 0 && result !== -5) throw new Error(`zlib says ${result}`);
      // Where room is left there is no more to come.
      const done = flush === 'end' ? ended : consumed === input.length && produced < output.length;
      return { consumed, produced, done };
    },
  };
}

/** Where node's zlib cannot be called: gathers the stream. */
class WholeInflate {
  readonly #maxBytes: number;
  readonly #packed: Uint8Array[] = [];
  #result: Buffer | undefined;
  #given = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  step(input: Uint8Array, output: Uint8Array): Step {
    let consumed = 0;
    if (!this.#result) {
      this.#packed.push(Uint8Array.from(input));
      const packed = Buffer.concat(this.#packed);
      const whole = inflateWhole(packed, this.#maxBytes);
      if (!whole) return { consumed: input.length, produced: 0, ended: false };
      this.#result = whole.buffer;
      consumed = input.length - (packed.length - whole.engine.bytesWritten);
    }
    const piece = this.#result.subarray(this.#given, this.#given + output.length);
    output.set(piece);
    this.#given += piece.length;
    return { consumed, produced: piece.length, ended: this.#given === this.#result.length };
  }
}

/** Undefined where the stream does not end yet. */
function inflateWhole(packed: Buffer, maxOutputLength: number) {
  try {
    const result: unknown = inflateRawSync(packed, { info: true, maxOutputLength });
    return result as { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'Z_BUF_ERROR') return undefined;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxOutputLength);
    throw corrupt(FORMAT, (error as Error).message);
  }
}

/** Each input becomes a stream of its own, but for its end: they join to one. */
function wholeDeflate(level: number) {
  let packed: Buffer | undefined;
  let given = 0;
  return {
    reset() {
      packed = undefined;
      given = 0;
    },
    step(input: Uint8Array, output: Uint8Array, flush: keyof typeof FLUSH): DeflateStep {
      const consumed = packed ? 0 : input.length;
      packed ??= deflateRawSync(input, { level, finishFlush: flush === 'end' ? FLUSH.end : FLUSH.sync });
      const piece = packed.subarray(given, given + output.length);
      output.set(piece);
      given += piece.length;
      const done = given === packed.length;
      if (done) this.reset();
      return { consumed, produced: piece.length, done };
    },
  };
}
