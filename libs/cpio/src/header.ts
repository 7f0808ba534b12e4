import { CpioError } from './errors.ts';

/**
 * The header of one file in the formats newc (magic 070701) and crc (070702): thirteen numbers of eight hexadecimal digits after the
 * magic, then the name, both together padded to four bytes, then the content, padded again. Source: cpio(5).
 */
export interface CpioHeader {
  readonly name: string;
  readonly inode: number;
  /** Type and permissions as in st_mode. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly nlink: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** Bytes of content: of a regular file or a symbolic link's target. Of files with several names only the last has it. */
  readonly size: number;
  readonly devMajor: number;
  readonly devMinor: number;
  readonly rdevMajor: number;
  readonly rdevMinor: number;
  /** Sum of the content's bytes in the crc format, else undefined. */
  readonly checksum: number | undefined;
}

export const MAGIC_SIZE = 6;
export const FIELDS_SIZE = 13 * 8;
export const TRAILER = 'TRAILER!!!';
/** The longest name rpm and Linux take, its NUL included. */
export const MAX_NAME_SIZE = 4096;

/** Reads one number of eight hexadecimal digits. */
export function parseHex(bytes: Uint8Array, at: number, offset: number): number {
  let value = 0;
  for (let i = at; i < at + 8; i++) {
    const code = bytes[i] as number;
    const lower = code | 0x20;
    const digit = code >= 0x30 && code <= 0x39 ? code - 0x30 : lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
    if (digit < 0) throw new CpioError('CPIO_HEADER', 'a number of a header is not hexadecimal', offset);
    value = value * 16 + digit;
  }
  return value;
}

/** Bytes of padding after `size` bytes. */
export function padding(size: number): number {
  return (4 - (size % 4)) % 4;
}

/** The numbers of a header, and the size of the name with its NUL. */
export function parseFields(
  bytes: Uint8Array,
  checked: boolean,
  offset: number,
): { header: Omit<CpioHeader, 'name'>; nameSize: number } {
  const field = (index: number) => parseHex(bytes, index * 8, offset);
  return {
    header: {
      inode: field(0),
      mode: field(1),
      uid: field(2),
      gid: field(3),
      nlink: field(4),
      mtime: field(5),
      size: field(6),
      devMajor: field(7),
      devMinor: field(8),
      rdevMajor: field(9),
      rdevMinor: field(10),
      checksum: checked ? field(12) : undefined,
    },
    nameSize: field(11),
  };
}
