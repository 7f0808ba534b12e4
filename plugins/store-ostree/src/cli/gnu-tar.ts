/** What the header of one archive entry says. */
export interface TarEntry {
  /** A directory's ends with a slash. */
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink';
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  readonly size: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  readonly target: string;
}

const BLOCK = 512;
const TYPE_FLAG = { file: '0', symlink: '2', directory: '5' } as const;
/** Fields of a header block in GNU's layout (GNU tar manual, "Basic Tar Format"), without their final byte. */
const NAME = { at: 0, size: 100 };
const LINK = { at: 157, size: 100 };

/** The header blocks of an entry, with GNU's blocks for a name or target of more than 100 bytes before it. */
export function tarHeader(entry: TarEntry): Buffer {
  const name = Buffer.from(entry.path);
  const target = Buffer.from(entry.target);
  const blocks: Buffer[] = [];
  if (target.length > LINK.size) blocks.push(...longText('K', target, target));
  if (name.length > NAME.size) blocks.push(...longText('L', name, target));
  blocks.push(block({ ...entry, flag: TYPE_FLAG[entry.type], name, target }));
  return Buffer.concat(blocks);
}

/** Zeros from the end of so many bytes to the end of their block. */
export const tarPadding = (size: number): Buffer => Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);

/** The end of an archive that is `size` bytes long so far: two empty blocks, filled up to a record of 20. */
export function tarEnd(size: number): Buffer {
  const record = 20 * BLOCK;
  const end = size + 2 * BLOCK;
  return Buffer.alloc(2 * BLOCK + ((record - (end % record)) % record));
}

/** libarchive repeats the beginning of the target in these blocks. */
function longText(flag: string, text: Buffer, target: Buffer): Buffer[] {
  const content = Buffer.concat([text, Buffer.alloc(1)]);
  const fields = {
    flag,
    name: Buffer.from('././@LongLink'),
    target,
    uid: 0,
    gid: 0,
    mode: 0,
    mtime: 0,
  };
  return [block({ ...fields, size: content.length, owner: ['root', 'wheel'] }), content, tarPadding(content.length)];
}

interface Fields {
  readonly flag: string;
  readonly name: Buffer;
  readonly target: Buffer;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  readonly size: number;
  readonly mtime: number;
  /** Names of user and group. */
  readonly owner?: readonly [string, string];
}

function block({ flag, name, target, uid, gid, mode, size, mtime, owner }: Fields): Buffer {
  const header = Buffer.alloc(BLOCK);
  name.copy(header, NAME.at, 0, NAME.size);
  number(header, mode & 0o7777, 100, 8);
  number(header, uid, 108, 8);
  number(header, gid, 116, 8);
  number(header, size, 124, 12);
  number(header, mtime, 136, 12);
  header.fill(' ', 148, 156);
  header.write(flag, 156, 'latin1');
  target.copy(header, LINK.at, 0, LINK.size);
  header.write('ustar  \0', 257, 'latin1');
  if (owner) {
    header.write(owner[0], 265, 'latin1');
    header.write(owner[1], 297, 'latin1');
  }
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

/** Octal with a zero byte at the end, or, for a number that is too large for it, GNU's binary form. */
function number(header: Buffer, value: number, at: number, width: number): void {
  const digits = value.toString(8);
  if (digits.length < width) {
    header.write(digits.padStart(width - 1, '0'), at, 'latin1');
    return;
  }
  header.writeBigUInt64BE(BigInt(value), at + width - 8);
  header[at] = 0x80 | header[at]!;
}
