import type { Buffer } from 'node:buffer';
import { swap32, swap64 } from '../byte-order.ts';
import { type Checksum, checksumBytes, checksumFromBytes } from '../checksum.ts';
import { type Metadata, metadataFromValue, metadataToValue } from '../commit.ts';
import { invalid } from '../errors.ts';
import { decode, encode, type Value, variant } from '../gvariant/index.ts';
import { type DeltaObject, decodeObjectList, encodeObjectList, objectTypeNumber, objectTypeOf } from './object-list.ts';

/** The byte order of sizes and versions; it was the one of the machine that made the delta before the metadata named it. */
export type Endianness = 'little' | 'big';

/** What a superblock says of one part. */
export interface PartHeader {
  readonly version: number;
  /** SHA-256 of the part's file. */
  readonly checksum: Checksum;
  /** Bytes of the part's file. */
  readonly size: bigint;
  /** Bytes of all the objects in the part, without compression. */
  readonly uncompressedSize: bigint;
  readonly objects: readonly DeltaObject[];
}

/** An object that is to be fetched by itself. */
export interface Fallback extends DeltaObject {
  /** Bytes in the repository of the delta's maker. */
  readonly size: bigint;
  readonly uncompressedSize: bigint;
}

/** The head of a static delta. */
export interface Superblock {
  /** Without the key that names the byte order. */
  readonly metadata: Metadata;
  /** `stated` is false where the metadata do not name it and the sizes gave it away; undefined where they do not. */
  readonly endianness: { readonly order: Endianness | undefined; readonly stated: boolean };
  /** Seconds since 1970. */
  readonly timestamp: bigint;
  readonly from: Checksum | undefined;
  readonly to: Checksum;
  /** The bytes of the object of the commit `to`. */
  readonly commit: Buffer;
  /** Deltas that are to be applied before, as pairs of commits; never used. */
  readonly parents: readonly (readonly [from: Checksum, to: Checksum])[];
  readonly parts: readonly PartHeader[];
  readonly fallbacks: readonly Fallback[];
}

const COMMIT_TYPE = '(a{sv}aya(say)sstayay)';
/** ostree-repo-static-delta-private.h, OSTREE_STATIC_DELTA_SUPERBLOCK_FORMAT. */
const TYPE = `(a{sv}tayay${COMMIT_TYPE}aya(uayttay)a(yaytt))`;
const ENDIANNESS_KEY = 'ostree.endianness';
const LETTERS = { little: 'l'.charCodeAt(0), big: 'B'.charCodeAt(0) } as const;
const PAIR_SIZE = 64;

/** `endianness` undefined leaves the key away and writes little endian. */
export function encodeSuperblock(block: Omit<Superblock, 'endianness'>, endianness: Endianness | undefined): Buffer {
  const u32 = (value: number) => (endianness === 'big' ? swap32(value) : value);
  const u64 = (value: bigint) => (endianness === 'big' ? swap64(value) : value);
  const metadata = new Map(block.metadata);
  if (endianness !== undefined) metadata.set(ENDIANNESS_KEY, variant('y', LETTERS[endianness]));
  return encode(TYPE, [
    metadataToValue(metadata),
    swap64(block.timestamp),
    block.from === undefined ? new Uint8Array() : checksumBytes(block.from),
    checksumBytes(block.to),
    decode(COMMIT_TYPE, block.commit),
    Uint8Array.from(block.parents.flat().flatMap((id) => [...checksumBytes(id)])),
    block.parts.map(({ version, checksum, size, uncompressedSize, objects }) => [
      u32(version),
      checksumBytes(checksum),
      u64(size),
      u64(uncompressedSize),
      encodeObjectList(objects),
    ]),
    block.fallbacks.map(({ type, id, size, uncompressedSize }) => [
      objectTypeNumber(type),
      checksumBytes(id),
      u64(size),
      u64(uncompressedSize),
    ]),
  ]);
}

type RawPart = readonly [version: number, checksum: Uint8Array, size: bigint, usize: bigint, objects: Uint8Array];

export function decodeSuperblock(bytes: Uint8Array): Superblock {
  const [meta, timestamp, from, to, commit, parents, rawParts, fallbacks] = decode(TYPE, bytes) as readonly [
    Value,
    bigint,
    Uint8Array,
    Uint8Array,
    Value,
    Uint8Array,
    readonly RawPart[],
    readonly (readonly [number, Uint8Array, bigint, bigint])[],
  ];
  const metadata = new Map(metadataFromValue(meta));
  const endianness = endiannessOf(metadata, rawParts);
  metadata.delete(ENDIANNESS_KEY);
  const u32 = (value: number) => (endianness.order === 'big' ? swap32(value) : value);
  const u64 = (value: bigint) => (endianness.order === 'big' ? swap64(value) : value);
  return {
    metadata,
    endianness,
    timestamp: swap64(timestamp),
    from: from.length === 0 ? undefined : checksumFromBytes(from),
    to: checksumFromBytes(to),
    commit: encode(COMMIT_TYPE, commit),
    parents: decodeParents(parents),
    parts: rawParts.map(([version, checksum, size, usize, objects]) => ({
      version: u32(version),
      checksum: checksumFromBytes(checksum),
      size: u64(size),
      uncompressedSize: u64(usize),
      objects: decodeObjectList(objects),
    })),
    fallbacks: fallbacks.map(([type, checksum, size, usize]) => ({
      type: objectTypeOf(type),
      id: checksumFromBytes(checksum),
      size: u64(size),
      uncompressedSize: u64(usize),
    })),
  };
}

/**
 * Named by the metadata, or guessed as libostree does (_ostree_delta_get_endianness): a part that compression made a fifth larger,
 * or objects of 4 GiB on average, were written in the other order.
 */
function endiannessOf(metadata: Metadata, parts: readonly RawPart[]): Superblock['endianness'] {
  const stated = metadata.get(ENDIANNESS_KEY);
  if (stated?.type === 'y') {
    const order = (['little', 'big'] as const).find((name) => LETTERS[name] === stated.value);
    return { order, stated: true };
  }
  let objects = 0n;
  let total = 0n;
  for (const [, , size, usize, list] of parts) {
    if (size > usize && Number(size) > 1.2 * Number(usize)) return { order: 'big', stated: false };
    objects += BigInt(Math.floor(list.length / 33));
    total = BigInt.asUintN(64, total + size);
  }
  return { order: objects > 0n && total / objects > 0xffffffffn ? 'big' : undefined, stated: false };
}

function decodeParents(bytes: Uint8Array): [Checksum, Checksum][] {
  if (bytes.length % PAIR_SIZE !== 0) throw invalid(`a list of earlier deltas of ${bytes.length} bytes`);
  return Array.from({ length: bytes.length / PAIR_SIZE }, (_, index) => {
    const at = index * PAIR_SIZE;
    return [checksumFromBytes(bytes.subarray(at, at + 32)), checksumFromBytes(bytes.subarray(at + 32, at + 64))];
  });
}
