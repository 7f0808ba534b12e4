/** The header fields that matter of a file in one of the older formats. */
interface OldHeader {
  readonly name: string;
  readonly inode: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly nlink: number;
  readonly size: number;
  readonly devMajor: number;
  readonly devMinor: number;
}

/** A cpio archive of an older format that is broken. */
export class OldCpioError extends Error {
  readonly code = 'CPIO_INVALID';

  constructor(problem: string, at: number) {
    super(`${problem} (at byte ${at})`);
    this.name = 'OldCpioError';
  }
}

interface Layout {
  readonly headerSize: number;
  /** Names and contents are filled up to a multiple of this. */
  readonly alignment: number;
  fields(bytes: Buffer, at: number): Omit<OldHeader, 'name'> & { readonly nameSize: number };
}

/** The POSIX format: numbers of octal digits (pax, IEEE Std 1003.1, "cpio Interchange Format"). */
const ODC: Layout = {
  headerSize: 76,
  alignment: 1,
  fields(bytes, at) {
    const octal = (from: number, digits: number) => {
      const text = bytes.toString('latin1', at + from, at + from + digits);
      if (!/^[0-7]+$/.test(text)) throw new OldCpioError('a number of a header is not octal', at);
      return Number.parseInt(text, 8);
    };
    return {
      devMajor: 0,
      devMinor: octal(6, 6),
      inode: octal(12, 6),
      mode: octal(18, 6),
      uid: octal(24, 6),
      gid: octal(30, 6),
      nlink: octal(36, 6),
      nameSize: octal(59, 6),
      size: octal(65, 11),
    };
  },
};

/** The binary format: numbers of 16 bits, of larger ones the upper half first (cpio(5), "Old Binary Format"). */
const binary = (read: (bytes: Buffer, at: number) => number): Layout => ({
  headerSize: 26,
  alignment: 2,
  fields(bytes, at) {
    const short = (index: number) => read(bytes, at + 2 * index);
    return {
      devMajor: 0,
      devMinor: short(1),
      inode: short(2),
      mode: short(3),
      uid: short(4),
      gid: short(5),
      nlink: short(6),
      nameSize: short(10),
      size: short(11) * 0x10000 + short(12),
    };
  },
});

const LITTLE = binary((bytes, at) => bytes.readUInt16LE(at));
const BIG = binary((bytes, at) => bytes.readUInt16BE(at));

function layoutOf(bytes: Uint8Array, at = 0): Layout | undefined {
  const [first, second] = [bytes[at], bytes[at + 1]];
  if (first === 0xc7 && second === 0x71) return LITTLE;
  if (first === 0x71 && second === 0xc7) return BIG;
  return Buffer.from(bytes.subarray(at, at + 6)).toString('latin1') === '070707' ? ODC : undefined;
}

export const isOldCpio = (bytes: Uint8Array): boolean => layoutOf(bytes) !== undefined;

const TRAILER = 'TRAILER!!!';

/** Reads an archive in the formats that came before newc. After the trailer only zeros may follow. Throws OldCpioError. */
export function* readOldCpio(bytes: Buffer): Generator<{ header: OldHeader; content: Buffer }> {
  for (let at = 0; ; ) {
    const layout = layoutOf(bytes, at);
    if (!layout) throw new OldCpioError('a file of the archive does not begin with the magic of cpio', at);
    const take = (from: number, size: number) => {
      if (from + size > bytes.length) throw new OldCpioError('the archive ends too early', bytes.length);
      return bytes.subarray(from, from + size);
    };
    take(at, layout.headerSize);
    const { nameSize, ...fields } = layout.fields(bytes, at);
    const aligned = (size: number) => size + (size % layout.alignment);
    const nameAt = at + layout.headerSize;
    const name = take(nameAt, nameSize);
    if (nameSize < 2 || name.indexOf(0) !== nameSize - 1)
      throw new OldCpioError('a name does not end where it should', at);
    const text = name.toString('utf8', 0, nameSize - 1);
    const contentAt = nameAt + aligned(nameSize);
    if (text === TRAILER) {
      if (bytes.subarray(contentAt).some((byte) => byte !== 0))
        throw new OldCpioError('something else follows it', contentAt);
      return;
    }
    yield { header: { name: text, ...fields }, content: take(contentAt, fields.size) };
    at = contentAt + aligned(fields.size);
  }
}
