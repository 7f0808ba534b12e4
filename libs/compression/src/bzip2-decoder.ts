import { corrupt, trailing, truncated } from './errors.ts';
import { GrowingOutput } from './growing-output.ts';

const BLOCK_MAGIC = [0x314159, 0x265359];
const END_MAGIC = [0x177245, 0x385090];
const MAX_CODE_LENGTH = 20;
const GROUP_SIZE = 50;
const RUN_A = 0;
const RUN_B = 1;

const CRC = new Uint32Array(256);
for (let i = 0; i < 256; i++) {
  let value = i << 24;
  for (let bit = 0; bit < 8; bit++) value = value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1;
  CRC[i] = value >>> 0;
}

class BitReader {
  readonly #bytes: Uint8Array;
  #at: number;
  #buffer = 0;
  #count = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** Up to 24 bits. */
  bits(count: number): number {
    while (this.#count < count) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw truncated('bzip2');
      this.#buffer = ((this.#buffer << 8) | byte) >>> 0;
      this.#count += 8;
    }
    this.#count -= count;
    return (this.#buffer >>> this.#count) & ((1 << count) - 1);
  }

  /** The byte after the last one that was begun. */
  get position(): number {
    return this.#at - (this.#count >> 3);
  }
}

/** A Huffman code: for each length the smallest code and where its symbols begin. */
interface Code {
  readonly limits: Int32Array;
  readonly bases: Int32Array;
  readonly symbols: Uint16Array;
}

function makeCode(lengths: Uint8Array): Code {
  const counts = new Int32Array(MAX_CODE_LENGTH + 2);
  for (const length of lengths) counts[length] = (counts[length] as number) + 1;
  const symbols = new Uint16Array(lengths.length);
  let filled = 0;
  for (let length = 1; length <= MAX_CODE_LENGTH; length++) {
    for (let symbol = 0; symbol < lengths.length; symbol++) if (lengths[symbol] === length) symbols[filled++] = symbol;
  }
  const limits = new Int32Array(MAX_CODE_LENGTH + 1).fill(-1);
  const bases = new Int32Array(MAX_CODE_LENGTH + 1);
  let code = 0;
  let before = 0;
  for (let length = 1; length <= MAX_CODE_LENGTH; length++) {
    const count = counts[length] as number;
    bases[length] = before - code;
    if (count > 0) limits[length] = code + count - 1;
    code = (code + count) << 1;
    before += count;
  }
  return { limits, bases, symbols };
}

function readSymbol(reader: BitReader, { limits, bases, symbols }: Code): number {
  let code = 0;
  for (let length = 1; length <= MAX_CODE_LENGTH; length++) {
    code = (code << 1) | reader.bits(1);
    if (code > (limits[length] as number)) continue;
    const symbol = symbols[code + (bases[length] as number)];
    if (symbol !== undefined) return symbol;
  }
  throw corrupt('bzip2', 'a code is unknown');
}

function readAlphabet(reader: BitReader): number[] {
  const groups = reader.bits(16);
  const used: number[] = [];
  for (let group = 0; group < 16; group++) {
    if ((groups & (0x8000 >> group)) === 0) continue;
    const members = reader.bits(16);
    for (let i = 0; i < 16; i++) if (members & (0x8000 >> i)) used.push(group * 16 + i);
  }
  if (used.length === 0) throw corrupt('bzip2', 'a block uses no bytes');
  return used;
}

function readSelectors(reader: BitReader, tables: number): Uint8Array {
  const count = reader.bits(15);
  if (count < 1) throw corrupt('bzip2', 'a block has no selectors');
  const order = Array.from({ length: tables }, (_, i) => i);
  return Uint8Array.from({ length: count }, () => {
    let position = 0;
    while (reader.bits(1)) if (++position >= tables) throw corrupt('bzip2', 'a selector is unknown');
    const [table] = order.splice(position, 1) as [number];
    order.unshift(table);
    return table;
  });
}

function readLengths(reader: BitReader, symbols: number): Uint8Array {
  let length = reader.bits(5);
  return Uint8Array.from({ length: symbols }, () => {
    for (;;) {
      if (length < 1 || length > MAX_CODE_LENGTH) throw corrupt('bzip2', 'a code has an impossible length');
      if (reader.bits(1) === 0) return length;
      length += reader.bits(1) ? -1 : 1;
    }
  });
}

/** Reads the symbols of a block, undoing Huffman, run lengths and move-to-front. */
function readBlockBytes(reader: BitReader, block: Uint32Array): number {
  const alphabet = readAlphabet(reader);
  const tables = reader.bits(3);
  if (tables < 2 || tables > 6) throw corrupt('bzip2', 'a block has an impossible number of tables');
  const selectors = readSelectors(reader, tables);
  const codes = Array.from({ length: tables }, () => makeCode(readLengths(reader, alphabet.length + 2)));
  const end = alphabet.length + 1;
  let count = 0;
  let run = 0;
  let weight = 1;
  for (let i = 0; ; i++) {
    const code = codes[selectors[Math.floor(i / GROUP_SIZE)] ?? -1];
    if (!code) throw corrupt('bzip2', 'a block has too few selectors');
    const symbol = readSymbol(reader, code);
    if (symbol === RUN_A || symbol === RUN_B) {
      run += weight << symbol;
      weight *= 2;
      if (run > block.length - count) throw corrupt('bzip2', 'a block is too long');
      continue;
    }
    block.fill(alphabet[0] as number, count, count + run);
    count += run;
    run = 0;
    weight = 1;
    if (symbol === end) return count;
    if (count >= block.length) throw corrupt('bzip2', 'a block is too long');
    const [byte] = alphabet.splice(symbol - 1, 1) as [number];
    alphabet.unshift(byte);
    block[count++] = byte;
  }
}

/** Undoes the Burrows-Wheeler transform: the upper 24 bits of each place become the place that follows. */
function linkBlock(block: Uint32Array, count: number): void {
  const starts = new Uint32Array(257);
  for (let i = 0; i < count; i++) {
    const next = ((block[i] as number) & 0xff) + 1;
    starts[next] = (starts[next] as number) + 1;
  }
  for (let i = 0; i < 256; i++) starts[i + 1] = (starts[i + 1] as number) + (starts[i] as number);
  for (let i = 0; i < count; i++) {
    const byte = (block[i] as number) & 0xff;
    const place = starts[byte] as number;
    starts[byte] = place + 1;
    block[place] = ((block[place] as number) | (i << 8)) >>> 0;
  }
}

/** Undoes the first run length coding (four equal bytes and a count) and returns the checksum. */
function writeBlock(block: Uint32Array, count: number, origin: number, output: GrowingOutput): number {
  let crc = 0xffffffff;
  let place = (block[origin] as number) >>> 8;
  let previous = -1;
  let equal = 0;
  for (let i = 0; i < count; i++) {
    const entry = block[place] as number;
    const byte = entry & 0xff;
    place = entry >>> 8;
    const times = equal === 4 ? byte : 1;
    const value = equal === 4 ? previous : byte;
    for (let j = 0; j < times; j++) {
      output.push(value);
      crc = ((crc << 8) ^ (CRC[((crc >>> 24) ^ value) & 0xff] as number)) >>> 0;
    }
    equal = equal === 4 ? 0 : byte === previous ? equal + 1 : 1;
    previous = equal === 0 ? -1 : byte;
  }
  return ~crc >>> 0;
}

function readCrc(reader: BitReader): number {
  return ((reader.bits(16) << 16) | reader.bits(16)) >>> 0;
}

function decodeStream(bytes: Buffer, start: number, output: GrowingOutput): number {
  const level = (bytes[start + 3] ?? 0) - 0x30;
  if (bytes.toString('latin1', start, start + 3) !== 'BZh' || level < 1 || level > 9) {
    throw bytes.length - start < 4 ? truncated('bzip2') : corrupt('bzip2', 'its header is not of this format');
  }
  const reader = new BitReader(bytes, start + 4);
  const block = new Uint32Array(level * 100000);
  let combined = 0;
  for (;;) {
    const magic = [reader.bits(24), reader.bits(24)];
    const crc = readCrc(reader);
    if (magic[0] === END_MAGIC[0] && magic[1] === END_MAGIC[1]) {
      if (crc !== combined) throw corrupt('bzip2', 'the checksum of the stream is wrong');
      return reader.position;
    }
    if (magic[0] !== BLOCK_MAGIC[0] || magic[1] !== BLOCK_MAGIC[1])
      throw corrupt('bzip2', 'a block begins with something else');
    if (reader.bits(1)) throw corrupt('bzip2', 'a block is randomised, as no program since 1997 does');
    const origin = reader.bits(24);
    const count = readBlockBytes(reader, block);
    if (origin >= count) throw corrupt('bzip2', 'a block begins outside of itself');
    linkBlock(block, count);
    if (writeBlock(block, count, origin, output) !== crc) throw corrupt('bzip2', 'the checksum of a block is wrong');
    combined = (((combined << 1) | (combined >>> 31)) ^ crc) >>> 0;
  }
}

/** Decompresses .bz2, several streams one after the other. Source: the bzip2 file format as bzip2 1.0.8 writes it. */
export function decodeBzip2(bytes: Buffer, maxBytes: number): Buffer {
  const output = new GrowingOutput(maxBytes);
  let at = 0;
  do {
    if (at > 0 && bytes.toString('latin1', at, at + 3) !== 'BZh') throw trailing('bzip2');
    at = decodeStream(bytes, at, output);
  } while (at < bytes.length);
  return output.finish();
}
