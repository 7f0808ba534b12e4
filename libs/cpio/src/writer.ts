import { CpioError } from './errors.ts';
import { type CpioHeader, MAX_NAME_SIZE, padding, TRAILER } from './header.ts';

/** A file to write. What is left out is 0; `nlink` is 1, and 2 for a directory; inodes are counted. */
export interface CpioFile extends Partial<Omit<CpioHeader, 'checksum' | 'size'>> {
  readonly name: string;
  readonly mode: number;
  /** Content of a regular file or the target of a symbolic link. */
  readonly content?: Uint8Array;
}

const MAX_FIELD = 0xffffffff;
const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;

function hex(value: number, offset: number): string {
  if (!Number.isInteger(value) || value < 0 || value > MAX_FIELD) {
    throw new CpioError('CPIO_HEADER', `${value} does not fit into a header`, offset);
  }
  return value.toString(16).padStart(8, '0');
}

function encodeHeader(file: CpioFile, inode: number, offset: number): Buffer {
  const name = Buffer.from(`${file.name}\0`, 'utf8');
  if (name.length < 2 || name.length > MAX_NAME_SIZE || name.indexOf(0) !== name.length - 1) {
    throw new CpioError('CPIO_NAME', 'a name is empty, too long or contains a NUL', offset);
  }
  const fields = [
    file.inode ?? inode,
    file.mode,
    file.uid ?? 0,
    file.gid ?? 0,
    file.nlink ?? ((file.mode & S_IFMT) === S_IFDIR ? 2 : 1),
    file.mtime ?? 0,
    file.content?.length ?? 0,
    file.devMajor ?? 0,
    file.devMinor ?? 0,
    file.rdevMajor ?? 0,
    file.rdevMinor ?? 0,
    name.length,
    0,
  ];
  const text = Buffer.from(`070701${fields.map((field) => hex(field, offset)).join('')}`, 'latin1');
  return Buffer.concat([text, name, Buffer.alloc(padding(text.length + name.length))]);
}

/**
 * Writes an archive of the format newc piece by piece, the form that Linux reads as an initramfs. The same files give the same bytes.
 * @throws CpioError CPIO_NAME, CPIO_HEADER for a number that does not fit.
 */
export function* writeCpio(files: Iterable<CpioFile>): Generator<Uint8Array> {
  let offset = 0;
  let inode = 1;
  for (const file of files) {
    const header = encodeHeader(file, inode++, offset);
    yield header;
    offset += header.length;
    const content = file.content;
    if (!content || content.length === 0) continue;
    yield content;
    const pad = padding(content.length);
    if (pad > 0) yield Buffer.alloc(pad);
    offset += content.length + pad;
  }
  yield encodeHeader({ name: TRAILER, mode: 0, nlink: 1, inode: 0 }, 0, offset);
}
