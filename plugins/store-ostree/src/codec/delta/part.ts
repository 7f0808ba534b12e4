import { Buffer } from 'node:buffer';
import { swap32 } from '../byte-order.ts';
import { invalid } from '../errors.ts';
import { decode, encode, type Value } from '../gvariant/index.ts';
import { XATTRS_TYPE, type Xattr, xattrsFromValue, xattrsToValue } from '../xattrs.ts';

/** Owner and mode of files of a part. */
export interface PartMode {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

/** A part when its compression is undone: tables that operations refer to, bytes that they use, and the operations. */
export interface Part {
  readonly modes: readonly PartMode[];
  readonly xattrs: readonly (readonly Xattr[])[];
  readonly payload: Uint8Array;
  readonly operations: Uint8Array;
}

/** ostree-repo-static-delta-private.h, OSTREE_STATIC_DELTA_PART_PAYLOAD_FORMAT_V0. */
const MODES_TYPE = 'a(uuu)';
const XATTR_LISTS_TYPE = `a${XATTRS_TYPE}`;
const TYPE = `(${MODES_TYPE}${XATTR_LISTS_TYPE}ayay)`;

/** The first byte of a part's file. */
export const COMPRESSION = { none: 0, xz: 0x78 } as const;

export function decodePart(bytes: Uint8Array): Part {
  const [modes, xattrs, payload, operations] = decode(TYPE, bytes) as readonly [
    readonly (readonly [number, number, number])[],
    readonly Value[],
    Uint8Array,
    Uint8Array,
  ];
  return {
    modes: modes.map(([uid, gid, mode]) => ({ uid: swap32(uid), gid: swap32(gid), mode: swap32(mode) })),
    xattrs: xattrs.map(xattrsFromValue),
    payload,
    operations,
  };
}

/**
 * Serialises a part in pieces, so that a payload of many files need not be joined: the pieces one after the other are the GVariant.
 * `payload` is in pieces as well.
 */
export function encodePart(part: Omit<Part, 'payload'> & { readonly payload: readonly Uint8Array[] }): Uint8Array[] {
  const modes = encode(
    MODES_TYPE,
    part.modes.map(({ uid, gid, mode }) => [swap32(uid), swap32(gid), swap32(mode)]),
  );
  const xattrs = encode(XATTR_LISTS_TYPE, part.xattrs.map(xattrsToValue));
  const ends = [modes.length, modes.length + xattrs.length];
  ends.push(part.payload.reduce((at, piece) => at + piece.length, ends[1]!));
  const body = ends[2]! + part.operations.length;
  if (body > 0xffffffff - 12) throw invalid(`a part of ${body} bytes`);
  const width = body + 3 <= 0xff ? 1 : body + 6 <= 0xffff ? 2 : 4;
  const offsets = Buffer.alloc(width * 3);
  ends.reverse().forEach((end, index) => void offsets.writeUIntLE(end, index * width, width));
  return [modes, xattrs, ...part.payload, part.operations, offsets];
}
