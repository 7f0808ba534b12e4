import { crc32 } from 'node:zlib';
import { MetadataError } from './errors.ts';
import type { FileLists } from './filelists.ts';
import { type PackageColumns, PackedPackages } from './packed-packages.ts';
import { StringPool } from './string-pool.ts';

/** Changes whenever the columns or what is put into them change: caches of other versions are rebuilt. */
export const PACKED_VERSION = 1;

/** "OSTRPMMD" in the byte order of the machine that wrote it: one of the other order does not recognise it. */
const MAGIC = [0x4d50524f, 0x444d4d50] as const;
/** Magic, version, kind, number of sections, checksum of what follows: 32-bit words. */
const HEADER_WORDS = 6;
const PRIMARY = 1;
const FILELISTS = 2;

type Section = Uint8Array | Uint32Array | Float64Array;

function encode(kind: number, key: string, sections: readonly Section[]): Buffer {
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

function decode(kind: number, key: string, file: Uint8Array, count: number): Uint8Array[] {
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

function words(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

function pool(bytes: Uint8Array, offsets: Uint8Array): StringPool {
  const starts = words(offsets);
  return new StringPool(bytes, starts, starts.length - 1);
}

/** Packs what was read of a `primary.xml`; `key` identifies that file. */
export function encodePackages({ columns }: PackedPackages, key: string): Buffer {
  const { bytes, offsets } = columns.strings.packed();
  const { rows, sizes, relationStarts, relationNames, relationEvrs, relationFlags, files } = columns;
  return encode(PRIMARY, key, [
    bytes,
    offsets,
    rows,
    sizes,
    relationStarts,
    relationNames,
    relationEvrs,
    relationFlags,
    files.starts,
    files.directories,
    files.names,
  ]);
}

/** Reads what {@link encodePackages} wrote, without copying. @throws MetadataError METADATA_CACHE_DAMAGED */
export function decodePackages(file: Uint8Array, key: string): PackedPackages {
  const [bytes, offsets, rows, sizes, starts, names, evrs, flags, fileStarts, directories, fileNames] = decode(
    PRIMARY,
    key,
    file,
    11,
  ) as [Uint8Array, ...Uint8Array[]] & { length: 11 };
  const columns: PackageColumns = {
    strings: pool(bytes!, offsets!),
    count: sizes!.byteLength / 16,
    rows: words(rows!),
    sizes: new Float64Array(sizes!.buffer, sizes!.byteOffset, sizes!.byteLength / 8),
    relationStarts: words(starts!),
    relationNames: words(names!),
    relationEvrs: words(evrs!),
    relationFlags: flags!,
    files: { starts: words(fileStarts!), directories: words(directories!), names: words(fileNames!) },
  };
  return new PackedPackages(columns);
}

/** Packs what was read of a `filelists.xml`. */
export function encodeFileLists({ strings, packages, files }: FileLists, key: string): Buffer {
  const { bytes, offsets } = strings.packed();
  return encode(FILELISTS, key, [bytes, offsets, packages, files.starts, files.directories, files.names]);
}

/** Reads what {@link encodeFileLists} wrote. @throws MetadataError METADATA_CACHE_DAMAGED */
export function decodeFileLists(file: Uint8Array, key: string): FileLists {
  const [bytes, offsets, packages, starts, directories, names] = decode(FILELISTS, key, file, 6);
  return {
    strings: pool(bytes!, offsets!),
    packages: words(packages!),
    files: { starts: words(starts!), directories: words(directories!), names: words(names!) },
  };
}
