import { Buffer } from 'node:buffer';
import { CONTROL_SIZE, writeOffset } from './bspatch.ts';
import { sortSuffixes } from './suffix-array.ts';

/** A match must be so many bytes longer than what going on as before gives, to be worth three numbers. */
const WORTH = 8;

/**
 * The difference of two files as libostree's `bspatch` takes it, without compression: it is as long as the new file and a little, but
 * mostly zeros (Percival, "Naive differences of executable code", 2003). Takes nine bytes of memory for each byte of the old file.
 */
export function makePatch(old: Uint8Array, fresh: Uint8Array): Buffer {
  const matcher = new Matcher(old);
  const patch = new PatchWriter(old, fresh);
  const oldSize = old.length;
  const size = fresh.length;
  let scan = 0;
  let length = 0;
  while (scan < size) {
    scan += length;
    // How many bytes of the match would be right as well by going on at the same distance.
    let agreeing = 0;
    const shift = patch.shift;
    for (let counted = scan; scan < size; scan++) {
      length = matcher.longest(fresh, scan);
      for (; counted < scan + length; counted++) {
        if (counted + shift < oldSize && old[counted + shift] === fresh[counted]) agreeing++;
      }
      if ((length === agreeing && length > 0) || length > agreeing + WORTH) break;
      if (scan + shift < oldSize && old[scan + shift] === fresh[scan]) agreeing--;
    }
    if (scan >= size || length !== agreeing) patch.jump(Math.min(scan, size), matcher.place);
  }
  return patch.finish();
}

/** Writes a patch piece by piece: each is a stretch that resembles the old file at one distance, and then what is new. */
class PatchWriter {
  readonly #old: Uint8Array;
  readonly #fresh: Uint8Array;
  #bytes: Buffer;
  #length = 0;
  #start = 0;
  #place = 0;

  constructor(old: Uint8Array, fresh: Uint8Array) {
    this.#old = old;
    this.#fresh = fresh;
    this.#bytes = Buffer.allocUnsafe(fresh.length + 64 * CONTROL_SIZE);
  }

  /** Place in the old file less place in the new one, of the stretch that is open. */
  get shift(): number {
    return this.#place - this.#start;
  }

  /** Ends the open stretch: a match of the new file at `scan` with the old one at `place` follows, or the end. */
  jump(scan: number, place: number): void {
    const last = scan >= this.#fresh.length;
    let forward = this.#extendForward(scan);
    let backward = last ? 0 : this.#extendBackward(scan, place);
    const overlap = this.#start + forward - (scan - backward);
    if (overlap > 0) {
      const kept = this.#divide(scan - backward, place - backward, overlap);
      forward += kept - overlap;
      backward -= kept;
    }
    const end = this.#start + forward;
    const extra = scan - backward - end;
    const next = place - backward;
    this.#reserve(CONTROL_SIZE + forward + extra);
    writeOffset(this.#bytes, this.#length, forward);
    writeOffset(this.#bytes, this.#length + 8, extra);
    writeOffset(this.#bytes, this.#length + 16, last ? 0 : next - (this.#place + forward));
    this.#length += CONTROL_SIZE;
    for (let at = 0; at < forward; at++) {
      this.#bytes[this.#length + at] = this.#fresh[this.#start + at]! - this.#old[this.#place + at]!;
    }
    this.#length += forward;
    this.#bytes.set(this.#fresh.subarray(end, end + extra), this.#length);
    this.#length += extra;
    this.#start = scan - backward;
    this.#place = next;
  }

  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** How far the stretch goes on so that at least half of its bytes agree. */
  #extendForward(scan: number): number {
    const room = Math.min(scan - this.#start, this.#old.length - this.#place);
    let best = 0;
    let bestScore = 0;
    let agreeing = 0;
    for (let at = 0; at < room; ) {
      if (this.#old[this.#place + at] === this.#fresh[this.#start + at]) agreeing++;
      at++;
      const score = agreeing * 2 - at;
      if (score > bestScore) {
        bestScore = score;
        best = at;
      }
    }
    return best;
  }

  /** How far before its match the next stretch may begin. */
  #extendBackward(scan: number, place: number): number {
    const room = Math.min(scan - this.#start, place);
    let best = 0;
    let bestScore = 0;
    let agreeing = 0;
    for (let at = 1; at <= room; at++) {
      if (this.#old[place - at] === this.#fresh[scan - at]) agreeing++;
      const score = agreeing * 2 - at;
      if (score > bestScore) {
        bestScore = score;
        best = at;
      }
    }
    return best;
  }

  /** Where in bytes that both stretches want to leave them to the second. */
  #divide(start: number, place: number, overlap: number): number {
    let best = 0;
    let bestScore = 0;
    let score = 0;
    for (let at = 0; at < overlap; at++) {
      const byte = this.#fresh[start + at];
      if (byte === this.#old[start + at + this.shift]) score++;
      if (byte === this.#old[place + at]) score--;
      if (score > bestScore) {
        bestScore = score;
        best = at + 1;
      }
    }
    return best;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#length + count, Math.ceil(this.#bytes.length * 1.5)));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

/** Finds where in a file the longest match with another one is. */
class Matcher {
  readonly #old: Uint8Array;
  readonly #suffixes: Int32Array;
  /** Where in the sorted suffixes those begin that start with two given bytes. */
  readonly #starts: Int32Array | undefined;
  /** The place of the match that was found last. */
  place = 0;

  constructor(old: Uint8Array) {
    this.#old = old;
    this.#suffixes = new Int32Array(old.length);
    sortSuffixes(old, this.#suffixes);
    this.#starts = old.length >= INDEX_FROM ? indexPairs(old) : undefined;
  }

  /** The length of the longest match of the bytes from `at` on; 0 when there is none. */
  longest(fresh: Uint8Array, at: number): number {
    const suffixes = this.#suffixes;
    const old = this.#old;
    if (suffixes.length === 0) return 0;
    let low = 0;
    let high = suffixes.length - 1;
    if (this.#starts && at + 1 < fresh.length) {
      // Outside of the suffixes with the same two bytes no match is longer than one byte.
      const pair = (fresh[at]! << 8) | fresh[at + 1]!;
      const start = this.#starts[pair]!;
      const end = this.#starts[pair + 1]!;
      if (end > start) {
        low = start;
        high = end - 1;
      }
    }
    // What the suffixes at either end of the range have in common with the bytes, all between have as well.
    let lowCommon = common(old, suffixes[low]!, fresh, at, 0);
    let highCommon = low === high ? lowCommon : common(old, suffixes[high]!, fresh, at, 0);
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      const place = suffixes[middle]!;
      const shared = common(old, place, fresh, at, Math.min(lowCommon, highCommon));
      const isSmaller =
        at + shared < fresh.length && (place + shared >= old.length || old[place + shared]! < fresh[at + shared]!);
      if (isSmaller) {
        low = middle;
        lowCommon = shared;
      } else {
        high = middle;
        highCommon = shared;
      }
    }
    this.place = suffixes[lowCommon > highCommon ? low : high]!;
    return Math.max(lowCommon, highCommon);
  }
}

/** Below this size the index costs more than it saves. */
const INDEX_FROM = 16 * 1024;

function indexPairs(old: Uint8Array): Int32Array {
  // One more place in front, so that counting shifts to the starts.
  const starts = new Int32Array(65537);
  for (let at = 0; at + 1 < old.length; at++) starts[((old[at]! << 8) | old[at + 1]!) + 1]!++;
  // The last byte alone is a suffix too: the smallest of those that start with it.
  const lone = old[old.length - 1]! << 8;
  let sum = 0;
  for (let pair = 0; pair < 65536; pair++) {
    sum += starts[pair]! + (pair === lone ? 1 : 0);
    starts[pair] = sum;
  }
  starts[65536] = sum + starts[65536]!;
  return starts;
}

/** How many bytes agree, of which `known` are known to. */
function common(old: Uint8Array, place: number, fresh: Uint8Array, at: number, known: number): number {
  const room = Math.min(old.length - place, fresh.length - at);
  let length = known;
  while (length < room && old[place + length] === fresh[at + length]) length++;
  return length;
}
