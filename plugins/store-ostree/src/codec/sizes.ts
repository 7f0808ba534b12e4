import type { ObjectType } from '../repo/object-path.ts';
import { type Checksum, checksumFromBytes } from './checksum.ts';
import type { Metadata } from './commit.ts';
import { invalid } from './errors.ts';

/** What `ostree.sizes` of a commit says of one object: bytes in an archive and bytes unpacked. */
export interface SizeEntry {
  readonly id: Checksum;
  readonly type: Exclude<ObjectType, 'commitmeta'>;
  readonly archived: number;
  readonly unpacked: number;
}

export const SIZES_KEY = 'ostree.sizes';

/** The numbers of object types (ostree-core.h, OstreeObjectType). */
const TYPES: readonly SizeEntry['type'][] = ['file', 'dirtree', 'dirmeta', 'commit'];

/** The sizes in a commit's metadata, or undefined where it has none. */
export function commitSizes(metadata: Metadata): readonly SizeEntry[] | undefined {
  const sizes = metadata.get(SIZES_KEY);
  if (sizes?.type !== 'aay') return undefined;
  return (sizes.value as readonly Uint8Array[]).map(decodeEntry);
}

function decodeEntry(bytes: Uint8Array): SizeEntry {
  if (bytes.length < 34) throw invalid('an entry of ostree.sizes that is too short');
  let at = 32;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      if (byte === undefined || scale > 2 ** 49) throw invalid('an entry of ostree.sizes with a broken number');
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  };
  const id = checksumFromBytes(bytes.subarray(0, 32));
  const archived = varint();
  const unpacked = varint();
  // Old commits have no type here: they list files.
  const type = at < bytes.length ? TYPES[bytes[at]! - 1] : 'file';
  if (!type || bytes.length > at + 1) throw invalid('an entry of ostree.sizes with an unknown type');
  return { id, type, archived, unpacked };
}

/** An entry as it stands in the list, which is ordered by checksum and size. */
export function encodeSizeEntry({ id, type, archived, unpacked }: SizeEntry): Buffer {
  return Buffer.concat([
    Buffer.from(id, 'hex'),
    varint(archived),
    varint(unpacked),
    Buffer.of(TYPES.indexOf(type) + 1),
  ]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) | 0x80);
  return Buffer.from([...bytes, left]);
}
