import { Buffer } from 'node:buffer';
import { invalid } from '../errors.ts';

/** Bytes of a file that can be read at any place. */
export interface PatchSource {
  readonly size: number;
  /** Fills the buffer from a place within the file. */
  read(buffer: Uint8Array, offset: number): void;
}

/** Three numbers of eight bytes: length of the difference, length of what is new, and how far the source moves on then. */
export const CONTROL_SIZE = 24;
const CHUNK = 1024 * 1024;
const SIGN = 0x80000000;

/** A number as bsdiff writes it: little endian, the highest bit its sign. */
export function readOffset(bytes: Buffer, at: number): number {
  const high = bytes.readUInt32LE(at + 4);
  const value = (high & 0x7fffffff) * 2 ** 32 + bytes.readUInt32LE(at);
  if (value > Number.MAX_SAFE_INTEGER) throw invalid('a patch with a number beyond 2^53', at);
  return high >= SIGN ? -value : value;
}

export function writeOffset(bytes: Buffer, at: number, value: number): void {
  const size = Math.abs(value);
  bytes.writeUInt32LE(size % 2 ** 32, at);
  bytes.writeUInt32LE(Math.floor(size / 2 ** 32) + (value < 0 ? SIGN : 0), at + 4);
}

/**
 * Applies a patch in the format of libostree's bsdiff (no header, no compression; control numbers, difference and new bytes in turn) and
 * gives the result, `size` bytes, in pieces that are valid until the next one is asked for. It can never give more than the patch has.
 */
export function* applyPatch(source: PatchSource, patchBytes: Uint8Array, size: number): Generator<Uint8Array> {
  const patch = Buffer.from(patchBytes.buffer, patchBytes.byteOffset, patchBytes.byteLength);
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK, Math.max(size, 1)));
  const old = Buffer.allocUnsafe(buffer.length);
  let at = 0;
  let made = 0;
  let place = 0;
  while (made < size) {
    if (patch.length - at < CONTROL_SIZE) throw invalid('a patch that ends early', at);
    const [difference, fresh, jump] = [readOffset(patch, at), readOffset(patch, at + 8), readOffset(patch, at + 16)];
    at += CONTROL_SIZE;
    if (difference < 0 || fresh < 0 || difference + fresh > size - made) throw invalid('a patch that is too long', at);
    if (difference + fresh > patch.length - at) throw invalid('a patch that ends early', at);
    for (let done = 0; done < difference; ) {
      const count = Math.min(buffer.length, difference - done);
      const piece = buffer.subarray(0, count);
      piece.set(patch.subarray(at + done, at + done + count));
      addSource(piece, source, place + done, old);
      yield piece;
      done += count;
    }
    if (fresh > 0) yield patch.subarray(at + difference, at + difference + fresh);
    at += difference + fresh;
    made += difference + fresh;
    place += difference + jump;
    if (!Number.isSafeInteger(place)) throw invalid('a patch that leaves its source', at);
  }
  if (at !== patch.length) throw invalid('a patch that is too long', at);
}

/** Adds the source from a place on to the bytes; what is outside of the source counts as 0. */
function addSource(bytes: Buffer, source: PatchSource, place: number, scratch: Buffer): void {
  const start = Math.max(place, 0);
  const end = Math.min(place + bytes.length, source.size);
  if (end <= start) return;
  const old = scratch.subarray(0, end - start);
  source.read(old, start);
  const shift = start - place;
  for (let index = 0; index < old.length; index++) {
    bytes[shift + index] = (bytes[shift + index]! + old[index]!) & 0xff;
  }
}
