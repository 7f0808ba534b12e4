import { DETECT_BYTES, detectFormat, type Format } from './detect.ts';
import type { Engine } from './engine.ts';
import { tooLarge, trailing, truncated } from './errors.ts';
import { fallbackDecoder } from './fallback.ts';
import { type Input, InputCursor } from './input.ts';
import { nativeLibraries } from './native.ts';
import { nativeEngine } from './native-engines.ts';
import { sizeHint } from './size-hint.ts';

export interface DecompressOptions {
  /** The most that may come out, in bytes: a decompression bomb ends here. */
  readonly maxBytes: number;
  /** Recognised by the first bytes when left out. */
  readonly format?: Format;
}

const CHUNK_SIZE = 256 * 1024;
const FIRST_PART = 4 * 1024 * 1024;
/** Room that is made because the data ask for it; the system gives memory only as it is filled. */
const LARGEST_HINT = 1024 * 1024 * 1024;
const LARGEST_PART = 16 * 1024 * 1024;

type Compressed = Exclude<Format, 'none'>;

/** Whether another member, frame or stream begins here; zeros between xz streams are taken. */
function startsAgain(format: Compressed, input: InputCursor): boolean {
  if (format === 'lzma') return false;
  if (format === 'xz') while (input.peek(4).length === 4 && input.peek(4).every((byte) => byte === 0)) input.take(4);
  const next = input.peek(DETECT_BYTES);
  if (format === 'zstd' && next.length >= 4 && ((next[0] as number) & 0xf0) === 0x50) {
    return next[1] === 0x2a && next[2] === 0x4d && next[3] === 0x18;
  }
  return detectFormat(next) === format;
}

function* runEngine(
  open: () => Engine,
  format: Compressed,
  input: InputCursor,
  output: () => Buffer,
): Generator<Buffer> {
  const engine = open();
  try {
    if (input.chunk().length === 0) throw truncated(format);
    for (;;) {
      const buffer = output();
      const step = engine.step(input.chunk(), buffer);
      input.take(step.consumed);
      if (step.produced > 0) yield buffer.subarray(0, step.produced);
      if (!step.ended) {
        // Nothing taken and nothing given: only the end of the input leaves a decoder so.
        if (step.consumed === 0 && step.produced === 0) throw truncated(format);
        continue;
      }
      if (input.chunk().length === 0) return;
      if (startsAgain(format, input)) engine.reset();
      else if (input.chunk().length > 0) throw trailing(format);
      else return;
    }
  } finally {
    engine.close();
  }
}

function* copy(input: InputCursor): Generator<Buffer> {
  for (let chunk = input.chunk(); chunk.length > 0; chunk = input.chunk()) {
    input.take(chunk.length);
    yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }
}

function chunks(input: InputCursor, format: Format, output: () => Buffer, maxBytes: number): Iterable<Buffer> {
  if (format === 'none') return copy(input);
  const open = nativeEngine(format, nativeLibraries());
  if (open) return runEngine(open, format, input, output);
  return [fallbackDecoder(format)(Buffer.concat([...copy(input)]), maxBytes)];
}

function* bounded(source: Iterable<Buffer>, maxBytes: number): Generator<Buffer> {
  let total = 0;
  for (const chunk of source) {
    total += chunk.length;
    if (total > maxBytes) throw tooLarge(maxBytes);
    yield chunk;
  }
}

/**
 * Decompresses piece by piece. A chunk is valid until the next one is asked for: its memory is used again. Members of gzip, frames of zstd,
 * streams of xz and bzip2 that follow one another are joined.
 * @throws CompressionError COMPRESSION_TRUNCATED, COMPRESSION_CORRUPT, COMPRESSION_TRAILING, COMPRESSION_TOO_LARGE,
 *   COMPRESSION_UNSUPPORTED.
 */
export function* decompressChunks(input: Input, options: DecompressOptions): Generator<Buffer> {
  const cursor = new InputCursor(input);
  const format = options.format ?? detectFormat(cursor.peek(DETECT_BYTES));
  const buffer = Buffer.allocUnsafeSlow(CHUNK_SIZE);
  yield* bounded(
    chunks(cursor, format, () => buffer, options.maxBytes),
    options.maxBytes,
  );
}

/**
 * Decompresses all at once.
 * @throws CompressionError as `decompressChunks`.
 */
export function decompress(bytes: Uint8Array, options: DecompressOptions): Buffer {
  const format = options.format ?? detectFormat(bytes);
  let size =
    Math.min(sizeHint(bytes, format), options.maxBytes, LARGEST_HINT) ||
    Math.max(Math.min(bytes.length * 4, FIRST_PART), 4096);
  const output = () => {
    const buffer = Buffer.allocUnsafeSlow(size);
    size = Math.min(Math.max(size, FIRST_PART) * 2, LARGEST_PART);
    return buffer;
  };
  const parts = [...bounded(chunks(new InputCursor(bytes), format, output, options.maxBytes), options.maxBytes)];
  return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
}
