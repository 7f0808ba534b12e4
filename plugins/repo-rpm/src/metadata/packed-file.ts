import { crc32 } from 'node:zlib';
import { MetadataError } from './errors.ts';

/** Changes whenever the columns or what is put into them change: caches of other versions are rebuilt. */
export const PACKED_VERSION = 3;

/** "OSTRPMMD" in the byte order of the machine that wrote it: one of the other order does not recognise it. */
const MAGIC = [0x4d50524f, 0x444d4d50] as const;
/** Magic, version, kind, number of sections, checksum of what follows: 32-bit words. */
const HEADER_WORDS = 6;

/** What a packed file holds. */
export const PackedKind = { PRIMARY: 1, FILELISTS: 2, OTHER: 3, UPDATEINFO: 4, INDEX: 5 } as const;

export type Section = Uint8Array | Int32Array | Uint32Array | Float64Array;

/** Arrays of numbers as one file; `key` identifies what they were made of. */
export function encodeSections(kind: number, key: string, sections: readonly Section[]): Buffer {
  const all = [Buffer.from(key), ...sections];
  const lengths = Float64Array.from(all, (section) => section.byteLength);
  const parts: Uint8Array[] = [lengths, ...all].map(
    (section) => new Uint8Array(section.buffer, section.byteOffset, section.byteLength),
  );
  const padded = parts.flatMap((part) => [part, new Uint8Array(-part.length & 7)]);
  let crc = 0;
  for (const part of padded) crc = crc32(part, crc);
  const header = Uint32Array.of(...MAGIC, PACKED_VERSION, kind, all.length, crc);
  return Buffer.concat([new Uint8Array(header.buffer), ...padded]);
}

/** The `count` sections of what {@link encodeSections} wrote, not copied. @throws MetadataError METADATA_CACHE_DAMAGED */
export function decodeSections(kind: number, key: string, file: Uint8Array, count: number): Uint8Array[] {
  // Numbers of 64 bits must lie at multiples of 8.
  const bytes = file.byteOffset % 8 === 0 ? file : new Uint8Array(file);
  const damaged = (what: string): MetadataError =>
    new MetadataError('METADATA_CACHE_DAMAGED', `the packed metadata ${what}`);
  if (bytes.length < HEADER_WORDS * 4 + (count + 1) * 8) throw damaged('are too short');
  const header = new Uint32Array(bytes.buffer, bytes.byteOffset, HEADER_WORDS);
  if (
    header[0] !== MAGIC[0] ||
    header[1] !== MAGIC[1] ||
    header[2] !== PACKED_VERSION ||
    header[3] !== kind ||
    header[4] !== count + 1
  ) {
    throw damaged('are of another version');
  }
  const body = bytes.subarray(HEADER_WORDS * 4);
  if (crc32(body) !== header[5]) throw damaged('have another checksum');
  const lengths = new Float64Array(body.buffer, body.byteOffset, count + 1);
  const sections: Uint8Array[] = [];
  let offset = (count + 1) * 8;
  for (const length of lengths) {
    if (!(length >= 0 && offset + length <= body.length)) throw damaged('end too early');
    sections.push(body.subarray(offset, offset + length));
    offset += Math.ceil(length / 8) * 8;
  }
  if (Buffer.from(sections[0]!).toString() !== key) throw damaged('are of other metadata');
  return sections.slice(1);
}
