import { ChunkReader, type CpioInput } from './chunk-reader.ts';
import { CpioError } from './errors.ts';
import {
  type CpioHeader,
  FIELDS_SIZE,
  MAGIC_SIZE,
  MAX_NAME_SIZE,
  padding,
  parseFields,
  parseHex,
  TRAILER,
} from './header.ts';

/** A file of the archive. Of the stripped format only the number is known: the file's place in the list of an RPM header. */
export type CpioEntry =
  | { readonly kind: 'file'; readonly header: CpioHeader }
  | { readonly kind: 'stripped'; readonly index: number };

export interface CpioReaderOptions {
  /**
   * Size of the content of a stripped entry, by its index: such archives do not say. Without it they are refused.
   * It may throw for an index that there is none of.
   */
  readonly sizeOf?: (index: number) => number;
}

const STRIPPED_END = 0xffffffff;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeName(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return Buffer.from(bytes).toString('latin1');
  }
}

/**
 * Reads an archive file by file in the formats newc, crc and rpm's stripped one (magic 07070X, for files of 4 GiB and more; rpm,
 * lib/cpio.cc). The reader judges the archive, not the paths in it: `../x` comes out as it is. After the trailer only zeros may follow.
 */
export class CpioReader {
  readonly #reader: ChunkReader;
  readonly #sizeOf: ((index: number) => number) | undefined;
  #left = 0;
  #padding = 0;
  #checksum: number | undefined;
  #sum = 0;
  #done = false;

  constructor(input: CpioInput, options: CpioReaderOptions = {}) {
    this.#reader = new ChunkReader(input);
    this.#sizeOf = options.sizeOf;
  }

  /**
   * The next file, or undefined after the last. Content of the file before that was not read is skipped.
   * @throws CpioError.
   */
  next(): CpioEntry | undefined {
    if (this.#done) return undefined;
    this.#reader.skip(this.#left + this.#padding);
    this.#left = 0;
    this.#padding = 0;
    this.#checksum = undefined;
    const start = this.#reader.offset;
    const magic = Buffer.from(this.#reader.exactly(MAGIC_SIZE)).toString('latin1');
    if (magic === '07070X') return this.#stripped(start);
    if (magic !== '070701' && magic !== '070702') {
      throw new CpioError('CPIO_MAGIC', 'a file of the archive does not begin with the magic of cpio', start);
    }
    return this.#file(magic === '070702', start);
  }

  /**
   * The content of the file that `next` gave, piece by piece, each valid until the next is asked for. It can be read once.
   * @throws CpioError CPIO_TRUNCATED, CPIO_CHECKSUM.
   */
  *content(): Generator<Uint8Array> {
    while (this.#left > 0) {
      const piece = this.#reader.some(this.#left);
      if (!piece) throw new CpioError('CPIO_TRUNCATED', 'the archive ends within a file', this.#reader.offset);
      this.#left -= piece.length;
      if (this.#checksum !== undefined) this.#add(piece);
      yield piece;
    }
  }

  /** The whole content of the file that `next` gave, as a copy. */
  bytes(): Buffer {
    return Buffer.concat([...this.content()].map((piece) => Buffer.from(piece)));
  }

  close(): void {
    this.#done = true;
    this.#reader.close();
  }

  #file(checked: boolean, start: number): CpioEntry | undefined {
    const { header, nameSize } = parseFields(this.#reader.exactly(FIELDS_SIZE), checked, start);
    if (nameSize < 2 || nameSize > MAX_NAME_SIZE) {
      throw new CpioError('CPIO_NAME', `a name has the impossible length ${nameSize}`, start);
    }
    const bytes = this.#reader.exactly(nameSize);
    if (bytes.indexOf(0) !== nameSize - 1)
      throw new CpioError('CPIO_NAME', 'a name does not end where it should', start);
    const name = decodeName(bytes.subarray(0, nameSize - 1));
    this.#reader.skip(padding(MAGIC_SIZE + FIELDS_SIZE + nameSize));
    if (name === TRAILER) return this.#end();
    this.#left = header.size;
    this.#padding = padding(header.size);
    // Programs sum up the contents of regular files only.
    this.#checksum = header.size > 0 && (header.mode & 0o170000) === 0o100000 ? header.checksum : undefined;
    this.#sum = 0;
    return { kind: 'file', header: { name, ...header } };
  }

  #stripped(start: number): CpioEntry | undefined {
    const index = parseHex(this.#reader.exactly(8), 0, start);
    this.#reader.skip(padding(MAGIC_SIZE + 8));
    if (index === STRIPPED_END) return this.#end();
    if (!this.#sizeOf) throw new CpioError('CPIO_MAGIC', 'a stripped archive can be read with its package only', start);
    this.#left = this.#sizeOf(index);
    this.#padding = padding(this.#left);
    return { kind: 'stripped', index };
  }

  #end(): undefined {
    this.#done = true;
    for (let piece = this.#reader.some(Infinity); piece; piece = this.#reader.some(Infinity)) {
      if (piece.some((byte) => byte !== 0)) {
        throw new CpioError('CPIO_TRAILING', 'something else follows the archive', this.#reader.offset);
      }
    }
  }

  #add(piece: Uint8Array): void {
    let sum = this.#sum;
    for (let i = 0; i < piece.length; i++) sum = (sum + (piece[i] as number)) >>> 0;
    this.#sum = sum;
    if (this.#left === 0 && sum !== this.#checksum) {
      throw new CpioError('CPIO_CHECKSUM', 'the checksum of a file is wrong', this.#reader.offset);
    }
  }
}

/** The headers of an archive, without the contents. */
export function* listCpio(input: CpioInput, options: CpioReaderOptions = {}): Generator<CpioEntry> {
  const reader = new CpioReader(input, options);
  try {
    for (let entry = reader.next(); entry; entry = reader.next()) yield entry;
  } finally {
    reader.close();
  }
}
