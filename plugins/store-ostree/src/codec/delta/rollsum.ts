import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';

/** Bytes that are in both files. */
export interface Match {
  readonly length: number;
  /** Where they are in the new file and in the old one. */
  readonly to: number;
  readonly from: number;
}

export interface RollsumMatches {
  /** In the order of the new file; neighbours are joined. */
  readonly matches: readonly Match[];
  /** Pieces of the new file, and how many of them are in the old one. */
  readonly pieces: number;
  readonly matching: number;
}

/** The rolling checksum of bup (bupsplit.c): a window of 64 bytes, and a piece ends where the 13 lowest bits are all set. */
const WINDOW = 64;
const OFFSET = 31;
const BOUNDARY = (1 << 13) - 1;
/** libostree cuts longer pieces. */
const MAX_PIECE = 32 * 1024;

/** How long the piece is that starts at a place; pieces end by what is in them, and so alike in files that are moved. */
function pieceLength(bytes: Uint8Array, start: number): number {
  const end = Math.min(bytes.length, start + MAX_PIECE);
  let sum = WINDOW * OFFSET;
  let weighted = WINDOW * (WINDOW - 1) * OFFSET;
  for (let at = start; at < end; at++) {
    const dropped = at - start >= WINDOW ? bytes[at - WINDOW]! : 0;
    sum = (sum + bytes[at]! - dropped) | 0;
    weighted = (weighted + sum - WINDOW * (dropped + OFFSET)) | 0;
    if ((weighted & BOUNDARY) === BOUNDARY) return at - start + 1;
  }
  return end - start;
}

function commonPrefix(one: Uint8Array, other: Uint8Array): number {
  const room = Math.min(one.length, other.length);
  let length = 0;
  while (length < room && one[length] === other[length]) length++;
  return length;
}

/**
 * Finds pieces of the new file in the old one. libostree compares pieces of one length only where the two files begin with that
 * many equal bytes (rollsum_chunks_crc32 always takes the sum from the beginning of the file); which files are worth a rolling
 * checksum, and which ones get a patch that is smaller, follows from that, and so it is done here.
 */
export function matchPieces(old: Uint8Array, fresh: Uint8Array): RollsumMatches {
  const longest = commonPrefix(old, fresh);
  const known = new Map<number, number[]>();
  if (longest > 0) {
    for (let start = 0; start < old.length; ) {
      const length = pieceLength(old, start);
      if (length <= longest) {
        const key = pieceKey(old, start, length);
        const places = known.get(key);
        if (places) places.push(start);
        else known.set(key, [start]);
      }
      start += length;
    }
  }
  const matches: Match[] = [];
  let pieces = 0;
  let matching = 0;
  for (let start = 0; start < fresh.length; pieces++) {
    const length = pieceLength(fresh, start);
    const piece = Buffer.from(fresh.buffer, fresh.byteOffset + start, length);
    const places = length <= longest ? known.get(pieceKey(fresh, start, length)) : undefined;
    const from = places?.find((place) => piece.equals(old.subarray(place, place + length)));
    if (from !== undefined) {
      matching++;
      const last = matches.at(-1);
      if (last && last.to + last.length === start && last.from + last.length === from) {
        matches[matches.length - 1] = { ...last, length: last.length + length };
      } else matches.push({ length, to: start, from });
    }
    start += length;
  }
  return { matches, pieces, matching };
}

const pieceKey = (bytes: Uint8Array, start: number, length: number): number =>
  crc32(bytes.subarray(start, start + length));
