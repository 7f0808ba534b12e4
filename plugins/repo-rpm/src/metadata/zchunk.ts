import { createHash, timingSafeEqual } from 'node:crypto';
import { zstdDecompressSync } from 'node:zlib';
import { MetadataError } from './errors.ts';

/** A file of version 1. */
const MAGIC = Buffer.from('\0ZCK1');
/** Bytes of the header: lead, preface, index and signatures. */
const MAX_HEADER = 64 * 2 ** 20;
const FLAG_STREAMS = 1;
const FLAG_OPTIONAL_ELEMENTS = 2;
const FLAG_UNCOMPRESSED_CHECKSUMS = 4;
const UNCOMPRESSED = 0;
const ZSTD = 2;

/** A checksum as the format numbers it; SHA-512/128 is the beginning of a SHA-512. */
interface Algorithm {
  readonly name: string;
  readonly length: number;
}
const ALGORITHMS: readonly Algorithm[] = [
  { name: 'sha1', length: 20 },
  { name: 'sha256', length: 32 },
  { name: 'sha512', length: 64 },
  { name: 'sha512', length: 16 },
];

export interface ZchunkChunk {
  /** Of the compressed bytes. */
  readonly checksum: Uint8Array;
  /** Where it lies in the file. */
  readonly offset: number;
  readonly size: number;
  /** Decompressed. */
  readonly openSize: number;
}

export interface ZchunkHeader {
  readonly isCompressed: boolean;
  /** Where the chunks begin. */
  readonly size: number;
  readonly dataAlgorithm: Algorithm;
  readonly dataChecksum: Uint8Array;
  readonly chunkAlgorithm: Algorithm;
  /** What all other chunks are compressed with; of size 0 when there is none. */
  readonly dictionary: ZchunkChunk;
  readonly chunks: readonly ZchunkChunk[];
}

export function isZchunk(bytes: Uint8Array): boolean {
  return bytes.length >= MAGIC.length && MAGIC.equals(bytes.subarray(0, MAGIC.length));
}

/** Reads the header and checks it against its own checksum (zchunk_format.txt). @throws MetadataError METADATA_ZCHUNK */
export function readZchunkHeader(bytes: Uint8Array): ZchunkHeader {
  if (!isZchunk(bytes)) throw fault('does not begin as one');
  const lead = new Cursor(bytes, MAGIC.length, bytes.length);
  const dataAlgorithm = algorithm(lead.integer());
  const length = lead.integer();
  const checksumStart = lead.position;
  const expected = lead.bytes(dataAlgorithm.length);
  const headerStart = lead.position;
  const end = headerStart + length;
  if (length > MAX_HEADER) throw fault(`has a header of ${length} bytes`);
  if (end > bytes.length) throw fault('ends within its header');
  const hash = createHash(dataAlgorithm.name);
  hash.update(bytes.subarray(0, checksumStart)).update(bytes.subarray(headerStart, end));
  checkDigest(hash.digest().subarray(0, dataAlgorithm.length), expected, 'its header');
  return readPreface(new Cursor(bytes, headerStart, end), dataAlgorithm, end);
}

function readPreface(cursor: Cursor, dataAlgorithm: Algorithm, size: number): ZchunkHeader {
  const dataChecksum = cursor.bytes(dataAlgorithm.length);
  const flags = cursor.integer();
  // Streams (1) were never written by anything; what else there may be is not known either.
  if (flags > 7 || (flags & FLAG_STREAMS) !== 0) throw fault(`has flags ${flags} that are not known`);
  const compression = cursor.integer();
  if (compression !== UNCOMPRESSED && compression !== ZSTD) throw fault(`has the unknown compression ${compression}`);
  if ((flags & FLAG_OPTIONAL_ELEMENTS) !== 0) {
    for (let count = cursor.integer(); count > 0; count--) {
      cursor.integer();
      cursor.skip(cursor.integer());
    }
  }
  const index = cursor.part(cursor.integer());
  const chunkAlgorithm = algorithm(index.integer());
  const count = index.integer();
  const entries: ZchunkChunk[] = [];
  let offset = size;
  while (index.position < index.end) {
    const checksum = index.bytes(chunkAlgorithm.length);
    if ((flags & FLAG_UNCOMPRESSED_CHECKSUMS) !== 0) index.skip(chunkAlgorithm.length);
    const chunk = { checksum, offset, size: index.integer(), openSize: index.integer() };
    entries.push(chunk);
    offset += chunk.size;
  }
  const [dictionary, ...chunks] = entries;
  if (dictionary === undefined || entries.length !== count) {
    throw fault(`says that it has ${count} chunks and lists ${entries.length}`);
  }
  // Signatures of the header: there is no kind of them yet.
  for (let signatures = cursor.integer(); signatures > 0; signatures--) {
    cursor.integer();
    cursor.skip(cursor.integer());
  }
  if (cursor.position !== cursor.end) throw fault('has more in its header than it should');
  return {
    isCompressed: compression === ZSTD,
    size,
    dataAlgorithm,
    dataChecksum,
    chunkAlgorithm,
    dictionary,
    chunks,
  };
}

/** What a zchunk file holds, chunk by chunk, each one checked. @throws MetadataError METADATA_ZCHUNK, METADATA_TOO_LARGE */
export function* readZchunk(bytes: Uint8Array, maxBytes: number): Generator<Uint8Array> {
  const header = readZchunkHeader(bytes);
  const { chunks, dictionary, size, dataAlgorithm, dataChecksum } = header;
  const total = chunks.reduce((sum, chunk) => sum + chunk.openSize, dictionary.openSize);
  if (total > maxBytes) {
    throw new MetadataError(
      'METADATA_TOO_LARGE',
      `the zchunk file holds ${total} bytes, and ${maxBytes} at most may be`,
    );
  }
  const last = chunks.at(-1) ?? dictionary;
  if (last.offset + last.size !== bytes.length) throw fault('is not as long as its chunks');
  const digest = createHash(dataAlgorithm.name).update(bytes.subarray(size)).digest();
  checkDigest(digest.subarray(0, dataAlgorithm.length), dataChecksum, 'its data');
  const dict = dictionary.size === 0 ? null : open(bytes, dictionary, header, null);
  for (const chunk of chunks) if (chunk.size > 0) yield open(bytes, chunk, header, dict);
}

function open(
  bytes: Uint8Array,
  { offset, size, openSize, checksum }: ZchunkChunk,
  { isCompressed, chunkAlgorithm }: ZchunkHeader,
  dictionary: Uint8Array | null,
): Uint8Array {
  const packed = bytes.subarray(offset, offset + size);
  const digest = createHash(chunkAlgorithm.name).update(packed).digest();
  checkDigest(digest.subarray(0, chunkAlgorithm.length), checksum, `the chunk at byte ${offset}`);
  if (!isCompressed) {
    if (size !== openSize) throw fault(`has another size than it says in the chunk at byte ${offset}`);
    return packed;
  }
  let opened: Uint8Array;
  try {
    opened = zstdDecompressSync(packed, {
      maxOutputLength: Math.max(1, openSize),
      ...(dictionary === null ? {} : { dictionary }),
    });
  } catch (error) {
    throw fault(`cannot be decompressed at byte ${offset} (${(error as Error).message})`);
  }
  if (opened.length !== openSize) throw fault(`has another size than it says in the chunk at byte ${offset}`);
  return opened;
}

function algorithm(number: number): Algorithm {
  const found = ALGORITHMS[number];
  if (found === undefined) throw fault(`has checksums of the unknown kind ${number}`);
  return found;
}

function checkDigest(found: Uint8Array, expected: Uint8Array, what: string): void {
  if (!timingSafeEqual(found, expected)) throw fault(`has another checksum than it says of ${what}`);
}

function fault(what: string): MetadataError {
  return new MetadataError('METADATA_ZCHUNK', `the zchunk file ${what}`);
}

/** Reads a part of the header and never beyond it. */
class Cursor {
  position: number;
  readonly end: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, position: number, end: number) {
    this.#bytes = bytes;
    this.position = position;
    this.end = end;
  }

  /** Seven bits a byte, the lowest first; the last byte has its highest bit set. */
  integer(): number {
    let value = 0;
    for (let factor = 1; factor <= 2 ** 42; factor *= 128) {
      const [byte] = this.bytes(1);
      value += (byte! & 0x7f) * factor;
      if (byte! >= 0x80) return value;
    }
    throw fault('has a number that is too great');
  }

  bytes(length: number): Uint8Array {
    const { position } = this;
    this.skip(length);
    return this.#bytes.subarray(position, position + length);
  }

  skip(length: number): void {
    if (this.position + length > this.end) throw fault('ends within its header');
    this.position += length;
  }

  part(length: number): Cursor {
    const { position } = this;
    this.skip(length);
    return new Cursor(this.#bytes, position, position + length);
  }
}
