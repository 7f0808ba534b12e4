import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CpioError, type CpioFile, CpioReader, listCpio, writeCpio } from '../../../libs/cpio/src/index.ts';

const FILE = 0o100644;

function archive(files: readonly CpioFile[]): Buffer {
  return Buffer.concat([...writeCpio(files)]);
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof CpioError) return error.code;
    throw error;
  }
  return 'none';
}

/** Reads everything, contents too. */
function readAll(input: Uint8Array | Iterable<Uint8Array>): [string, string][] {
  const reader = new CpioReader(input);
  const found: [string, string][] = [];
  for (let entry = reader.next(); entry; entry = reader.next()) {
    assert.equal(entry.kind, 'file');
    if (entry.kind === 'file') found.push([entry.header.name, reader.bytes().toString()]);
  }
  return found;
}

const SAMPLE: readonly CpioFile[] = [
  { name: '.', mode: 0o040755 },
  { name: './hello', mode: FILE, mtime: 12345, uid: 7, gid: 8, content: Buffer.from('hello, world') },
  { name: './empty', mode: FILE },
  { name: './link', mode: 0o120777, content: Buffer.from('hello') },
  { name: './null', mode: 0o020666, rdevMajor: 1, rdevMinor: 3 },
];

/** Puts eight hexadecimal digits into the header of the first file. */
function withField(bytes: Buffer, index: number, text: string): Buffer {
  const changed = Buffer.from(bytes);
  changed.write(text, 6 + index * 8, 'latin1');
  return changed;
}

describe('CpioReader', () => {
  it('reads what the writer wrote, in one piece and byte by byte', () => {
    const expected = SAMPLE.map(({ name, content }) => [name, content?.toString() ?? '']);
    const bytes = archive(SAMPLE);
    assert.deepEqual(readAll(bytes), expected);
    assert.deepEqual(readAll(Array.from(bytes, (byte) => Uint8Array.of(byte))), expected);
  });

  it('gives all numbers of a header', () => {
    const [, hello] = [...listCpio(archive(SAMPLE))];
    assert.ok(hello?.kind === 'file');
    const { name, mode, mtime, uid, gid, size, nlink, checksum } = hello.header;
    assert.deepEqual([name, mode, mtime, uid, gid, size, nlink], ['./hello', FILE, 12345, 7, 8, 12, 1]);
    assert.equal(checksum, undefined);
  });

  it('skips content that nobody read', () => {
    const reader = new CpioReader(archive(SAMPLE));
    reader.next();
    reader.next();
    for (const piece of reader.content()) {
      assert.ok(piece.length > 0);
      break;
    }
    const entry = reader.next();
    assert.ok(entry?.kind === 'file' && entry.header.name === './empty');
  });

  it('gives hostile names as they are: judging them is for whoever writes files', () => {
    const names = ['../../etc/passwd', '/etc/shadow', './a/../../b', 'line\nbreak', '..', '\u001b[31m'];
    assert.deepEqual(
      readAll(archive(names.map((name) => ({ name, mode: FILE })))).map(([name]) => name),
      names,
    );
  });

  it('refuses every truncation', () => {
    const bytes = archive(SAMPLE);
    // The padding after the trailer's name is no data.
    const end = bytes.lastIndexOf('!!!') + 4;
    for (let length = 0; length < end; length++) {
      assert.equal(
        codeOf(() => readAll(bytes.subarray(0, length))),
        'CPIO_TRUNCATED',
        `at ${length}`,
      );
    }
  });

  it('takes zeros after the trailer and refuses anything else', () => {
    const bytes = archive(SAMPLE);
    assert.equal(readAll(Buffer.concat([bytes, Buffer.alloc(700)])).length, SAMPLE.length);
    assert.equal(
      codeOf(() => readAll(Buffer.concat([bytes, Buffer.alloc(9), Buffer.from('x')]))),
      'CPIO_TRAILING',
    );
  });

  it('refuses other archives and malformed headers', () => {
    const bytes = archive(SAMPLE);
    assert.equal(
      codeOf(() => readAll(Buffer.from('!<arch>\nsomething'))),
      'CPIO_MAGIC',
    );
    assert.equal(
      codeOf(() => readAll(Buffer.concat([Buffer.from('070707'), bytes.subarray(6)]))),
      'CPIO_MAGIC',
    );
    assert.equal(
      codeOf(() => readAll(withField(bytes, 1, '0000-1a4'))),
      'CPIO_HEADER',
    );
    assert.equal(
      codeOf(() => readAll(withField(bytes, 1, ' 00081a4'))),
      'CPIO_HEADER',
    );
  });

  it('bounds names', () => {
    const bytes = archive(SAMPLE);
    assert.equal(
      codeOf(() => readAll(withField(bytes, 11, 'ffffffff'))),
      'CPIO_NAME',
    );
    assert.equal(
      codeOf(() => readAll(withField(bytes, 11, '00000000'))),
      'CPIO_NAME',
    );
    assert.equal(
      codeOf(() => readAll(withField(bytes, 11, '00000001'))),
      'CPIO_NAME',
    );
    const cut = archive([{ name: 'abcdef', mode: FILE }]);
    cut[110 + 2] = 0;
    assert.equal(
      codeOf(() => readAll(cut)),
      'CPIO_NAME',
    );
  });

  it('refuses a size beyond the end without allocating it', () => {
    assert.equal(
      codeOf(() => readAll(withField(archive(SAMPLE), 6, 'fffffff0'))),
      'CPIO_TRUNCATED',
    );
  });

  it('checks the sums of the crc format', () => {
    const bytes = archive([{ name: 'a', mode: FILE, content: Buffer.from('abc') }]);
    bytes.write('070702', 0, 'latin1');
    const sum = ('abc'.charCodeAt(0) + 'abc'.charCodeAt(1) + 'abc'.charCodeAt(2)).toString(16).padStart(8, '0');
    assert.deepEqual(readAll(withField(bytes, 12, sum)), [['a', 'abc']]);
    assert.equal(
      codeOf(() => readAll(withField(bytes, 12, '00000001'))),
      'CPIO_CHECKSUM',
    );
  });

  it('reads the stripped format by sizes from elsewhere', () => {
    const bytes = Buffer.from(`07070X00000002\0\0abcd07070X00000000\0\0x\0\0\0${'07070Xffffffff'}\0\0`, 'latin1');
    const sizes = [1, 9, 4];
    const reader = new CpioReader(bytes, { sizeOf: (index) => sizes[index] ?? 0 });
    const found: [number, string][] = [];
    for (let entry = reader.next(); entry; entry = reader.next()) {
      assert.ok(entry.kind === 'stripped');
      found.push([entry.index, reader.bytes().toString()]);
    }
    assert.deepEqual(found, [
      [2, 'abcd'],
      [0, 'x'],
    ]);
    assert.equal(
      codeOf(() => readAll(bytes)),
      'CPIO_MAGIC',
    );
  });

  it('never fails without a code, whatever it reads', () => {
    const bytes = archive(SAMPLE);
    const damage = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(damage, (changes) => {
        const damaged = Buffer.from(bytes);
        for (const [at, byte] of changes) damaged[at] = byte;
        codeOf(() => readAll(damaged));
      }),
      { numRuns: 300, seed: 11 },
    );
  });
});
