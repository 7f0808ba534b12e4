import { crc32 } from 'node:zlib';
import { MetadataError } from './errors.ts';

/** Changes whenever the columns or what is put into them change: caches of other versions are rebuilt. */
export const PACKED_VERSION = 5;

/** "OSTRPMMD" in the byte order of the machine that wrote it: one of the other order does not recognise it. */
const MAGIC = [0x4d50524f, 0x444d4d50] as const;
/** Magic, version, kind, number of sections, checksums of the rest of the head and of what follows it, zero: 32-bit words. */
const HEADER_WORDS = 8;
const HEADER = HEADER_WORDS * 4;
/** Bytes behind the head that have a checksum of their own, so that parts can be read by themselves. */
const BLOCK = 4096;

/** What a packed file holds. */
export const PackedKind = { PRIMARY: 1, FILELISTS: 2, OTHER: 3, UPDATEINFO: 4, INDEX: 5 } as const;

export type Section = Uint8Array | Int32Array | Uint32Array | Float64Array;

/** A file of which parts can be read. */
export interface ByteSource {
  /** Bytes of all of it. */
  readonly size: number;
  /** Fills `target` with what stands at `position`. @throws MetadataError METADATA_CACHE_DAMAGED where there is not so much */
  read(target: Uint8Array, position: number): void;
}

/** Where sections lie, and how they are checked. */
interface Head {
  /** Bytes of each section, that of the key first. */
  readonly lengths: Float64Array;
  /** Checksums of the blocks. */
  readonly sums: Uint32Array;
  /** Where the body begins in the file, its bytes, and the checksum of all of it. */
  readonly begin: number;
  readonly bytes: number;
  readonly sum: number;
}

const padded = (length: number): number => Math.ceil(length / 8) * 8;
const blocksOf = (bytes: number): number => Math.ceil(bytes / BLOCK);

/** Arrays of numbers as one file; `key` identifies what they were made of. */
export function encodeSections(kind: number, key: string, sections: readonly Section[]): Buffer {
  const all = [Buffer.from(key), ...sections];
  const lengths = Float64Array.from(all, (section) => section.byteLength);
  const bytes = lengths.reduce((sum, length) => sum + padded(length), 0);
  const begin = HEADER + lengths.byteLength + padded(blocksOf(bytes) * 4);
  const file = Buffer.alloc(begin + bytes);
  let at = begin;
  for (const section of all) {
    file.set(new Uint8Array(section.buffer, section.byteOffset, section.byteLength), at);
    at += padded(section.byteLength);
  }
  const sums = Uint32Array.from({ length: blocksOf(bytes) }, (_, block) => sumOf(file.subarray(begin), block));
  file.set(new Uint8Array(lengths.buffer), HEADER);
  file.set(new Uint8Array(sums.buffer), HEADER + lengths.byteLength);
  const checksums = [crc32(file.subarray(HEADER, begin)), crc32(file.subarray(begin))];
  const header = Uint32Array.of(...MAGIC, PACKED_VERSION, kind, all.length, ...checksums, 0);
  file.set(new Uint8Array(header.buffer));
  return file;
}

/** The `count` sections of what {@link encodeSections} wrote, not copied. @throws MetadataError METADATA_CACHE_DAMAGED */
export function decodeSections(kind: number, key: string, file: Uint8Array, count: number): Uint8Array[] {
  // Numbers of 64 bits must lie at multiples of 8.
  const whole = file.byteOffset % 8 === 0 ? file : new Uint8Array(file);
  const read = (target: Uint8Array, position: number): void => {
    target.set(whole.subarray(position, position + target.length));
  };
  const head = readHead({ size: whole.length, read }, kind, count);
  const body = whole.subarray(head.begin);
  if (crc32(body) !== head.sum) throw damaged('have another checksum');
  return sectionsOf(head, body, key);
}

/** Sections of which parts are read when somebody needs them. */
export class PartialSections {
  /** Views of which only those parts mean anything that were asked for. */
  readonly sections: readonly Uint8Array[];
  readonly #source: ByteSource;
  readonly #head: Head;
  readonly #body: Uint8Array;
  readonly #here: Uint8Array;

  /** @throws MetadataError METADATA_CACHE_DAMAGED */
  constructor(kind: number, key: string, source: ByteSource, count: number) {
    this.#source = source;
    this.#head = readHead(source, kind, count);
    this.#body = Buffer.allocUnsafeSlow(this.#head.bytes);
    this.#here = new Uint8Array(this.#head.sums.length);
    this.#bring(0, this.#head.lengths[0]!);
    this.sections = sectionsOf(this.#head, this.#body, key);
  }

  /** Makes `bytes` readable, a part of one of the sections. @throws MetadataError METADATA_CACHE_DAMAGED */
  need(bytes: Uint8Array): void {
    const from = bytes.byteOffset - this.#body.byteOffset;
    this.#bring(from, from + bytes.byteLength);
  }

  /** Makes everything readable. @throws MetadataError METADATA_CACHE_DAMAGED */
  needAll(): void {
    this.#bring(0, this.#head.bytes);
  }

  #bring(from: number, to: number): void {
    const last = blocksOf(to);
    for (let block = Math.floor(from / BLOCK); block < last; block++) {
      if (this.#here[block] === 1) continue;
      let end = block + 1;
      while (end < last && this.#here[end] === 0) end++;
      const begin = block * BLOCK;
      this.#source.read(this.#body.subarray(begin, end * BLOCK), this.#head.begin + begin);
      checkBlocks(this.#head, this.#body, block, end);
      this.#here.fill(1, block, end);
      block = end;
    }
  }
}

function damaged(what: string): MetadataError {
  return new MetadataError('METADATA_CACHE_DAMAGED', `the packed metadata ${what}`);
}

function readHead(source: ByteSource, kind: number, count: number): Head {
  if (source.size < HEADER + (count + 1) * 8) throw damaged('are too short');
  const header = new Uint32Array(HEADER_WORDS);
  source.read(new Uint8Array(header.buffer), 0);
  if (
    header[0] !== MAGIC[0] ||
    header[1] !== MAGIC[1] ||
    header[2] !== PACKED_VERSION ||
    header[3] !== kind ||
    header[4] !== count + 1 ||
    header[7] !== 0
  ) {
    throw damaged('are of another version');
  }
  const lengths = new Float64Array(count + 1);
  source.read(new Uint8Array(lengths.buffer), HEADER);
  let bytes = 0;
  for (const length of lengths) {
    if (!(length >= 0 && Number.isSafeInteger(length))) throw damaged('have absurd sizes');
    bytes += padded(length);
  }
  const table = padded(blocksOf(bytes) * 4);
  const begin = HEADER + lengths.byteLength + table;
  if (source.size !== begin + bytes) throw damaged('have another size');
  const sums = new Uint8Array(table);
  source.read(sums, HEADER + lengths.byteLength);
  if (crc32(sums, crc32(new Uint8Array(lengths.buffer))) !== header[5]) throw damaged('have another checksum');
  return { lengths, sums: new Uint32Array(sums.buffer, 0, blocksOf(bytes)), begin, bytes, sum: header[6]! };
}

function sumOf(body: Uint8Array, block: number): number {
  return crc32(body.subarray(block * BLOCK, (block + 1) * BLOCK));
}

function checkBlocks({ sums }: Head, body: Uint8Array, from: number, to: number): void {
  for (let block = from; block < to; block++) {
    if (sumOf(body, block) !== sums[block]) throw damaged('have another checksum');
  }
}

/** All but the key. @throws MetadataError METADATA_CACHE_DAMAGED for another key */
function sectionsOf({ lengths }: Head, body: Uint8Array, key: string): Uint8Array[] {
  const sections: Uint8Array[] = [];
  let offset = 0;
  for (const length of lengths) {
    sections.push(body.subarray(offset, offset + length));
    offset += padded(length);
  }
  if (Buffer.from(sections[0]!).toString() !== key) throw damaged('are of other metadata');
  return sections.slice(1);
}
