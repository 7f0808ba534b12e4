import { CompressionError, RawDeflater, RawInflater } from '@ostrata/compression';
import { invalid } from '../../codec/errors.ts';
import type { FileMeta } from '../../codec/file-header.ts';
import { isSymlink } from '../../codec/mode.ts';
import { BORROWED_WHOLE, bytesContent, type Content, NO_CONTENT } from '../content.ts';
import { writeAll } from './storage.ts';

const NO_BYTES = new Uint8Array();
const OUTPUT = 256 * 1024;

/** What a thread uses for one file after the other. */
interface Tools {
  readonly inflater: RawInflater;
  readonly unpacked: Buffer;
  readonly packed: Buffer;
  readonly deflaters: Map<number, RawDeflater>;
  /** Of its own: it is asked in the middle of what another one does. */
  readonly sampler: RawDeflater;
}
let tools: Tools | undefined;

function thisThread(): Tools {
  tools ??= {
    inflater: new RawInflater(),
    unpacked: Buffer.allocUnsafeSlow(BORROWED_WHOLE),
    packed: Buffer.allocUnsafeSlow(OUTPUT),
    deflaters: new Map(),
    sampler: new RawDeflater(1),
  };
  return tools;
}

/**
 * The content of a file of an archive: of `size` bytes, which parts hold raw-deflated. It is borrowed: a part is valid until this
 * thread takes the next part of any file. Up to BORROWED_WHOLE there is one part, which is unpacked now. Throws CodecErrors for parts
 * that hold something else.
 */
export function storedContent(meta: FileMeta, size: number, parts: () => Iterable<Uint8Array>): Content {
  if (!isSymlink(meta.mode)) return inflatedContent(parts, size);
  for (const part of parts()) if (part.length > 0) throw invalid('a symbolic link with content');
  return NO_CONTENT;
}

function inflatedContent(parts: () => Iterable<Uint8Array>, size: number): Content {
  if (size > BORROWED_WHOLE) return { size, chunks: () => inflate(parts(), size) };
  const [bytes = NO_BYTES] = [...inflate(parts(), size)];
  return bytesContent(bytes);
}

function* inflate(parts: Iterable<Uint8Array>, size: number): Generator<Uint8Array> {
  const { inflater, unpacked } = thisThread();
  inflater.start(size + 1);
  let left = size;
  let filled = 0;
  let ended = false;
  for (const part of parts) {
    for (let at = 0; ; ) {
      if (ended && at < part.length) throw invalid('a file object with bytes after its compressed content');
      // One byte more than announced is enough to see that there is too much.
      const room = unpacked.subarray(filled, Math.min(unpacked.length, left + 1));
      const { consumed, produced, isEnd }: InflateStep = ended ? NOTHING : step(inflater, part.subarray(at), room);
      at += consumed;
      filled += produced;
      ended ||= isEnd;
      if (filled > left) throw invalid(`a file object with more than ${size} bytes of content`);
      if (filled === unpacked.length) {
        yield unpacked;
        left -= filled;
        filled = 0;
      }
      if (at === part.length && produced < room.length) break;
      if (!ended && consumed + produced === 0) break;
    }
  }
  if (!ended) throw invalid('a file object whose compressed content is broken (it ends too early)');
  if (filled < left) throw invalid(`a file object with ${size - left + filled} bytes of content instead of ${size}`);
  if (filled > 0) yield unpacked.subarray(0, filled);
}

interface InflateStep {
  readonly consumed: number;
  readonly produced: number;
  readonly isEnd: boolean;
}

const NOTHING: InflateStep = { consumed: 0, produced: 0, isEnd: true };

function step(inflater: RawInflater, input: Uint8Array, output: Uint8Array): InflateStep {
  try {
    const { consumed, produced, ended: isEnd } = inflater.step(input, output);
    return { consumed, produced, isEnd };
  } catch (error) {
    if (!(error instanceof CompressionError)) throw error;
    throw invalid(`a file object whose compressed content is broken (${error.message})`);
  }
}

/** Writes the header of a file object and its content, deflated. */
export function writeDeflated(fd: number, header: Uint8Array, content: Content, level: number): void {
  const { packed } = thisThread();
  let filled = 0;
  if (header.length < packed.length) {
    packed.set(header, 0);
    filled = header.length;
  } else writeAll(fd, header);
  let current = deflater(level);
  current.reset();
  const put = (bytes: Uint8Array, flush: 'none' | 'sync' | 'end') => {
    for (let at = 0, done = false; !done; ) {
      const result = current.step(bytes.subarray(at), packed.subarray(filled), flush);
      at += result.consumed;
      filled += result.produced;
      done = result.done;
      if (filled < packed.length) continue;
      writeAll(fd, packed);
      filled = 0;
    }
  };
  for (const chunk of content.chunks()) {
    if (chunk.length === 0) continue;
    const wanted = deflater(worthCompressing(chunk) ? level : 0);
    if (wanted !== current) {
      // On a byte's end, with the stream left open, so that the parts join to one stream.
      put(NO_BYTES, 'sync');
      current = wanted;
      current.reset();
    }
    put(chunk, 'none');
  }
  put(NO_BYTES, 'end');
  writeAll(fd, packed.subarray(0, filled));
}

function deflater(level: number): RawDeflater {
  const { deflaters } = thisThread();
  let known = deflaters.get(level);
  if (!known) {
    known = new RawDeflater(level);
    deflaters.set(level, known);
  }
  return known;
}

const SAMPLE = 32 * 1024;

/** False for what is compressed already, such as an initramfs: a sample from its middle tells, at a hundredth of the cost. */
function worthCompressing(chunk: Uint8Array): boolean {
  if (chunk.length < 8 * SAMPLE) return true;
  const middle = chunk.length >>> 1;
  const { sampler } = thisThread();
  sampler.reset();
  const output = Buffer.allocUnsafe(2 * SAMPLE);
  return sampler.step(chunk.subarray(middle, middle + SAMPLE), output, 'end').produced < SAMPLE * 0.97;
}
