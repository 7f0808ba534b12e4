import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { crc64 } from './crc64.ts';
import { CompressionError, corrupt, trailing, truncated } from './errors.ts';
import { GrowingOutput } from './growing-output.ts';
import { LzmaDecoder, parseProperties } from './lzma-decoder.ts';

const HEADER_MAGIC = Buffer.from('fd377a585a00', 'hex');
const LZMA2_FILTER = 0x21;
/** Bytes of the check after each block, by its number. */
const CHECK_SIZES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];

/** Decodes .xz files with the filter LZMA2. Source: "The .xz File Format" 1.2.1 (public domain). */
class XzDecoder {
  readonly #bytes: Buffer;
  readonly #output: GrowingOutput;
  #at = 0;

  constructor(bytes: Buffer, maxBytes: number) {
    this.#bytes = bytes;
    this.#output = new GrowingOutput(maxBytes);
  }

  decode(): Buffer {
    do {
      this.#stream();
      while (this.#bytes.length - this.#at >= 4 && this.#bytes.readUInt32LE(this.#at) === 0) this.#at += 4;
      const next = this.#bytes.subarray(this.#at, this.#at + HEADER_MAGIC.length);
      if (next.length > 0 && !HEADER_MAGIC.subarray(0, next.length).equals(next)) throw trailing('xz');
    } while (this.#at < this.#bytes.length);
    return this.#output.finish();
  }

  #take(count: number): Buffer {
    const taken = this.#bytes.subarray(this.#at, this.#at + count);
    if (taken.length < count) throw truncated('xz');
    this.#at += count;
    return taken;
  }

  #checked(count: number): Buffer {
    const part = this.#take(count);
    if (crc32(part) !== this.#take(4).readUInt32LE(0)) throw corrupt('xz', 'a checksum is wrong');
    return part;
  }

  #stream(): void {
    if (!this.#take(6).equals(HEADER_MAGIC)) throw corrupt('xz', 'its header is not of this format');
    const flags = this.#checked(2);
    const check = flags.readUInt8(1);
    if (flags.readUInt8(0) !== 0 || check > 15)
      throw new CompressionError('COMPRESSION_UNSUPPORTED', 'the xz data use unknown options');
    const records: [number, number][] = [];
    for (;;) {
      const headerSize = this.#take(1).readUInt8(0);
      if (headerSize === 0) break;
      this.#at -= 1;
      records.push(this.#block((headerSize + 1) * 4, check));
    }
    const indexSize = this.#index(records);
    const footerCrc = this.#take(4).readUInt32LE(0);
    const footer = this.#take(6);
    if (footerCrc !== crc32(footer) || !this.#take(2).equals(Buffer.from('YZ')))
      throw corrupt('xz', 'its footer is wrong');
    if (!footer.subarray(4).equals(flags) || (footer.readUInt32LE(0) + 1) * 4 !== indexSize) {
      throw corrupt('xz', 'its footer does not agree with its header');
    }
  }

  #block(headerSize: number, check: number): [number, number] {
    const start = this.#at;
    const header = this.#checked(headerSize - 4);
    const cursor = { at: 2 };
    const flags = header.readUInt8(1);
    const compressed = flags & 0x40 ? readVariable(header, cursor) : undefined;
    const uncompressed = flags & 0x80 ? readVariable(header, cursor) : undefined;
    if ((flags & 0x3f) !== 0 || readVariable(header, cursor) !== LZMA2_FILTER || readVariable(header, cursor) !== 1) {
      throw new CompressionError('COMPRESSION_UNSUPPORTED', 'the xz data use a filter other than LZMA2');
    }
    const dictionary = dictionarySize(header[cursor.at++] ?? 0xff);
    if (header.subarray(cursor.at).some((byte) => byte !== 0))
      throw corrupt('xz', 'a header has other padding than zeros');
    const dataStart = this.#at;
    const outputStart = this.#output.length;
    this.#at = decodeLzma2(this.#bytes, this.#at, this.#output, dictionary);
    const size = this.#at - dataStart;
    const produced = this.#output.length - outputStart;
    if ((compressed ?? size) !== size || (uncompressed ?? produced) !== produced)
      throw corrupt('xz', 'a block has another size');
    if (this.#take((4 - (size % 4)) % 4).some((byte) => byte !== 0))
      throw corrupt('xz', 'a block has other padding than zeros');
    const checkSize = CHECK_SIZES[check] as number;
    if (!checkMatches(check, this.#output.bytes.subarray(outputStart, this.#output.length), this.#take(checkSize))) {
      throw corrupt('xz', 'the checksum of a block is wrong');
    }
    return [dataStart - start + size + checkSize, produced];
  }

  /** Compares the index with the blocks and returns its size. */
  #index(records: readonly [number, number][]): number {
    const start = this.#at - 1;
    const cursor = { at: this.#at };
    let agrees = readVariable(this.#bytes, cursor) === records.length;
    for (const [unpadded, uncompressed] of records) {
      agrees &&= readVariable(this.#bytes, cursor) === unpadded && readVariable(this.#bytes, cursor) === uncompressed;
    }
    if (!agrees) throw corrupt('xz', 'its index does not agree with its blocks');
    const size = cursor.at - start;
    this.#at = start;
    this.#checked(size + ((4 - (size % 4)) % 4));
    return this.#at - start;
  }
}

function readVariable(bytes: Buffer, cursor: { at: number }): number {
  let value = 0;
  for (let shift = 0; shift < 49; shift += 7) {
    const byte = bytes[cursor.at++];
    if (byte === undefined) throw truncated('xz');
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return value;
  }
  throw corrupt('xz', 'a number is too long');
}

function dictionarySize(code: number): number {
  if (code > 40) throw corrupt('xz', 'its dictionary size is impossible');
  return code === 40 ? 0xffffffff : (2 | (code & 1)) * 2 ** ((code >> 1) + 11);
}

function checkMatches(check: number, content: Uint8Array, expected: Buffer): boolean {
  if (check === 1) return crc32(content) === expected.readUInt32LE(0);
  if (check === 4) return crc64(content) === expected.readBigUInt64LE(0);
  if (check === 10) return createHash('sha256').update(content).digest().equals(expected);
  return true;
}

/** Decodes the chunks of LZMA2 and returns where they end. */
function decodeLzma2(bytes: Buffer, start: number, output: GrowingOutput, dictionary: number): number {
  const decoder = new LzmaDecoder(bytes, start, output, dictionary);
  let needsDictionary = true;
  let needsProperties = true;
  const take = (count: number) => {
    const at = decoder.position;
    if (at + count > bytes.length) throw truncated('xz');
    decoder.position = at + count;
    return bytes.subarray(at, at + count);
  };
  for (;;) {
    const control = take(1).readUInt8(0);
    if (control === 0) return decoder.position;
    if (control === 1 || control >= 0xe0) {
      decoder.resetDictionary();
      needsDictionary = false;
    } else if (needsDictionary || (control > 2 && control < 0x80)) throw corrupt('xz', 'a chunk is of an unknown kind');
    if (control < 0x80) {
      output.append(take(take(2).readUInt16BE(0) + 1));
      continue;
    }
    const produced = ((control & 0x1f) << 16) + take(2).readUInt16BE(0) + 1;
    const size = take(2).readUInt16BE(0) + 1;
    if (control >= 0xc0) {
      decoder.setProperties(parseProperties(take(1).readUInt8(0)));
      needsProperties = false;
    } else if (needsProperties) throw corrupt('xz', 'a chunk lacks its parameters');
    else if (control >= 0xa0) decoder.resetState();
    const end = decoder.position + size;
    decoder.run(end, produced, false);
    if (decoder.position !== end) throw corrupt('xz', 'a chunk is too long');
  }
}

/** Decompresses .xz. */
export function decodeXz(bytes: Buffer, maxBytes: number): Buffer {
  return new XzDecoder(bytes, maxBytes).decode();
}

const ALONE_HEADER = 13;
const UNKNOWN_SIZE = 0xffffffffffffffffn;

/** Decompresses .lzma: parameters, dictionary size and size before one LZMA stream. */
export function decodeLzmaAlone(bytes: Buffer, maxBytes: number): Buffer {
  if (bytes.length < ALONE_HEADER) throw truncated('lzma');
  const size = bytes.readBigUInt64LE(5);
  const output = new GrowingOutput(maxBytes);
  const decoder = new LzmaDecoder(bytes, ALONE_HEADER, output, bytes.readUInt32LE(1));
  decoder.setProperties(parseProperties(bytes.readUInt8(0)));
  decoder.run(bytes.length, size === UNKNOWN_SIZE ? undefined : Number(size), true);
  if (decoder.position !== bytes.length) throw trailing('lzma');
  return output.finish();
}
