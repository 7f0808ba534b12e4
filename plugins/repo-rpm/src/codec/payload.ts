import {
  CompressionError,
  DETECT_BYTES,
  decompressChunks,
  detectFormat,
  type Format,
  type Input,
} from '@ostrata/compression';
import { CpioError, type CpioHeader, CpioReader } from '@ostrata/cpio';
import { RpmFormatError } from './errors.ts';
import { FileFlag, fileList, isRegular, type PackageFile } from './files.ts';
import type { RpmPackage } from './package.ts';
import { Tag } from './tags.ts';

/** A file as the payload brings it. */
export interface PayloadFile {
  readonly file: PackageFile;
  /** The header of the archive; undefined in stripped archives, which leave everything to the package's header. */
  readonly archived: CpioHeader | undefined;
  /**
   * The content of a regular file, piece by piece, each valid until the next is asked for. Empty for everything else, and for every name of a file
   * with several names but the last.
   */
  readonly content: Iterable<Uint8Array>;
  /** Whether `content` is this file's; false for all but the last name of a file with several. */
  readonly hasContent: boolean;
}

const COMPRESSORS: Partial<Record<string, Format>> = {
  gzip: 'gzip',
  bzip2: 'bzip2',
  xz: 'xz',
  lzma: 'lzma',
  zstd: 'zstd',
  none: 'none',
  uncompressed: 'none',
};

const S_IFMT = 0o170000;
const S_IFLNK = 0o120000;
/** More than the header, name and padding of any one file in an archive. */
const ENTRY_OVERHEAD = 128;
const TRAILER_ALLOWANCE = 64 * 1024;

function mismatch(message: string, data: Record<string, string | number> = {}): RpmFormatError {
  return new RpmFormatError('RPM_PAYLOAD_MISMATCH', message, data);
}

/**
 * The compression of a package's payload. rpm reads a payload that claims gzip but is not compressed; so does this.
 * @param start the first bytes of the payload.
 * @throws RpmFormatError RPM_DELTA_UNSUPPORTED, RPM_PAYLOAD_UNSUPPORTED.
 */
export function payloadFormat(pkg: RpmPackage, start: Uint8Array): Format {
  const archive = pkg.metadata.string(Tag.PAYLOADFORMAT) ?? 'cpio';
  if (archive === 'drpm') throw new RpmFormatError('RPM_DELTA_UNSUPPORTED', 'the payload is a delta (drpm)');
  if (archive !== 'cpio') {
    throw new RpmFormatError('RPM_PAYLOAD_UNSUPPORTED', `the payload is of the unknown kind ${archive}`, { archive });
  }
  const compressor = pkg.metadata.string(Tag.PAYLOADCOMPRESSOR) ?? 'gzip';
  const format = COMPRESSORS[compressor];
  if (format === undefined) {
    throw new RpmFormatError('RPM_PAYLOAD_UNSUPPORTED', `the payload is compressed with the unknown ${compressor}`, {
      compressor,
    });
  }
  return format === 'gzip' && detectFormat(start) !== 'gzip' ? 'none' : format;
}

/** Names in archives begin with `./`, those in headers with `/`, those of source packages with neither. */
function archiveKey(path: string): string {
  return path.startsWith('./') ? path.slice(2) : path.startsWith('/') ? path.slice(1) : path;
}

/** The most a payload can decompress to, by the sizes in the header. */
function sizeLimit(files: readonly PackageFile[]): number {
  return files.reduce((total, { path, size }) => total + path.length * 4 + size + ENTRY_OVERHEAD, TRAILER_ALLOWANCE);
}

function carriesContent(file: PackageFile): boolean {
  return isRegular(file.mode) && (file.links === undefined || file.links.at(-1) === file.index);
}

/** What the archive must hold for a file, in bytes. */
function expectedSize(file: PackageFile): number {
  if ((file.mode & S_IFMT) === S_IFLNK) return Buffer.byteLength(file.link);
  return carriesContent(file) ? file.size : 0;
}

class PayloadWalk {
  readonly #files: readonly PackageFile[];
  readonly #byName: Map<string, PackageFile>;
  readonly #seen: Uint8Array;
  readonly reader: CpioReader;

  constructor(files: readonly PackageFile[], chunks: Iterable<Uint8Array>) {
    this.#files = files;
    this.#byName = new Map(files.map((file) => [archiveKey(file.path), file]));
    this.#seen = new Uint8Array(files.length);
    this.reader = new CpioReader(chunks, { sizeOf: (index) => expectedSize(this.#at(index)) });
  }

  next(): PayloadFile | undefined {
    for (;;) {
      const entry = this.reader.next();
      if (!entry) return this.#finish();
      const archived = entry.kind === 'file' ? entry.header : undefined;
      const file = entry.kind === 'file' ? this.#named(entry.header.name) : this.#at(entry.index);
      // rpm before 4.11 put some ghosts into the payload.
      if ((file.flags & FileFlag.GHOST) !== 0) continue;
      if (this.#seen[file.index]) throw mismatch(`${file.path} is twice in the payload`, { path: file.path });
      this.#seen[file.index] = 1;
      return this.#join(file, archived);
    }
  }

  #join(file: PackageFile, archived: CpioHeader | undefined): PayloadFile {
    const hasContent = carriesContent(file);
    if (archived) this.#compare(file, archived);
    return { file, archived, hasContent, content: hasContent ? this.reader.content() : [] };
  }

  #compare(file: PackageFile, archived: CpioHeader): void {
    if ((archived.mode & S_IFMT) !== (file.mode & S_IFMT)) {
      throw mismatch(`${file.path} is of another type in the payload than in the header`, { path: file.path });
    }
    if (archived.size !== expectedSize(file)) {
      throw mismatch(`${file.path} has ${archived.size} bytes in the payload and ${expectedSize(file)} in the header`, {
        path: file.path,
      });
    }
    if ((file.mode & S_IFMT) === S_IFLNK && !this.reader.bytes().equals(Buffer.from(file.link))) {
      throw mismatch(`${file.path} points elsewhere in the payload than in the header`, { path: file.path });
    }
  }

  #named(name: string): PackageFile {
    const file = this.#byName.get(archiveKey(name));
    if (!file) throw mismatch('the payload holds a file that the header does not list', { name });
    return file;
  }

  #at(index: number): PackageFile {
    const file = this.#files[index];
    if (!file) throw mismatch('the payload holds a file that the header does not list', { index });
    return file;
  }

  #finish(): undefined {
    const missing = this.#files.find((file) => !this.#seen[file.index] && (file.flags & FileFlag.GHOST) === 0);
    if (missing) throw mismatch(`${missing.path} is in the header and not in the payload`, { path: missing.path });
  }
}

function translate(error: unknown): unknown {
  if (error instanceof CompressionError || error instanceof CpioError) {
    const truncated = error.code === 'COMPRESSION_TRUNCATED' || error.code === 'CPIO_TRUNCATED';
    const unsupported = error.code === 'COMPRESSION_UNSUPPORTED';
    const code = truncated ? 'RPM_TRUNCATED' : unsupported ? 'RPM_PAYLOAD_UNSUPPORTED' : 'RPM_PAYLOAD_MISMATCH';
    return new RpmFormatError(code, `the payload cannot be read: ${error.message}`, { reason: error.code }, error);
  }
  return error;
}

/** Reads content and gives errors of the payload their name. */
function* guarded(content: Iterable<Uint8Array>): Generator<Uint8Array> {
  try {
    yield* content;
  } catch (error) {
    throw translate(error);
  }
}

function splitStart(payload: Input): { start: Uint8Array; whole: Input } {
  if (payload instanceof Uint8Array) return { start: payload.subarray(0, DETECT_BYTES), whole: payload };
  const rest = payload[Symbol.iterator]();
  const first = rest.next();
  const start = first.done ? new Uint8Array(0) : first.value;
  function* whole() {
    yield start;
    yield* { [Symbol.iterator]: () => rest };
  }
  return { start, whole: whole() };
}

/**
 * Walks the payload: every file of the header that is not a ghost comes once, in the archive's order, joined with what the header says
 * of it. Types, sizes and link targets must agree with the header. Paths are as the package has them: whoever writes them
 * somewhere has to judge them.
 * @param payload the compressed payload (`pkg.extents.payload`), whole or piece by piece.
 * @throws RpmFormatError RPM_PAYLOAD_MISMATCH, RPM_TRUNCATED, RPM_PAYLOAD_UNSUPPORTED, RPM_DELTA_UNSUPPORTED; from `content` as well.
 */
export function* readPayload(pkg: RpmPackage, payload: Input): Generator<PayloadFile> {
  const { files } = fileList(pkg.metadata);
  const { start, whole } = splitStart(payload);
  const format = payloadFormat(pkg, start);
  const walk = new PayloadWalk(files, decompressChunks(whole, { format, maxBytes: sizeLimit(files) }));
  try {
    for (let item = walk.next(); item; item = walk.next()) {
      yield item.hasContent ? { ...item, content: guarded(item.content) } : item;
    }
  } catch (error) {
    throw translate(error);
  } finally {
    walk.reader.close();
  }
}
