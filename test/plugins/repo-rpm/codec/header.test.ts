import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Header, SigTag, Tag, type TagAddition, TagType } from '../../../../plugins/repo-rpm/src/codec/index.ts';
import { codeOf, fixturePackage } from './fixtures.ts';

const INDEX_ENTRY = 16;

function blobOf(
  entries: readonly (readonly [tag: number, type: number, offset: number, count: number])[],
  data: Buffer,
): Buffer {
  const counts = Buffer.alloc(8);
  counts.writeUInt32BE(entries.length, 0);
  counts.writeUInt32BE(data.length, 4);
  const index = entries.map((fields) => {
    const entry = Buffer.alloc(INDEX_ENTRY);
    fields.forEach((field, i) => {
      entry.writeInt32BE(field | 0, i * 4);
    });
    return entry;
  });
  return Buffer.concat([counts, ...index, data]);
}

describe('Header', () => {
  const tags: TagAddition[] = [
    { tag: Tag.NAME, value: 'hello' },
    { tag: Tag.EPOCH, value: 4_000_000_000 },
    { tag: Tag.FILEMODES, value: [0o100644, 0o40755] },
    { tag: Tag.BASENAMES, value: ['a', 'ü'] },
    { tag: Tag.FILESTATES, value: Uint8Array.of(0, 1) },
    { tag: Tag.LONGSIZE, value: [2 ** 40] },
    { tag: Tag.SIGMD5, value: Buffer.alloc(16, 7) },
    { tag: Tag.SUMMARY, value: ['hi', 'hallo'] },
  ];

  it('keeps values of every type through its bytes', () => {
    const header = Header.parse(Header.of(tags).toBlob());
    assert.equal(header.string(Tag.NAME), 'hello');
    assert.equal(header.number(Tag.EPOCH), 4_000_000_000);
    assert.deepEqual(header.numbers(Tag.FILEMODES), [0o100644, 0o40755]);
    assert.deepEqual(header.strings(Tag.BASENAMES), ['a', 'ü']);
    assert.deepEqual(header.numbers(Tag.FILESTATES), [0, 1]);
    assert.equal(header.number(Tag.LONGSIZE), 2 ** 40);
    assert.deepEqual(header.bytes(Tag.SIGMD5), Buffer.alloc(16, 7));
    assert.deepEqual(header.strings(Tag.SUMMARY), ['hi', 'hallo']);
    assert.equal(header.string(Tag.VERSION), undefined);
    assert.deepEqual(header.numbers(Tag.FILESIZES), []);
  });

  it('gives text that is not UTF-8 byte for byte as Latin-1', () => {
    const blob = blobOf([[Tag.NAME, TagType.string, 0, 1]], Buffer.from('\xfcber\0', 'latin1'));
    assert.equal(Header.parse(blob).string(Tag.NAME), '\u00fcber');
  });

  it('says with a code when a tag holds another type', () => {
    const header = Header.of(tags);
    assert.equal(
      codeOf(() => header.string(Tag.EPOCH)),
      'RPM_TAG_INVALID',
    );
    assert.equal(
      codeOf(() => header.numbers(Tag.NAME)),
      'RPM_TAG_INVALID',
    );
    assert.equal(
      codeOf(() => Header.of([{ tag: Tag.LONGSIZE, value: 2n ** 60n }]).number(Tag.LONGSIZE)),
      'RPM_TAG_INVALID',
    );
  });

  it('refuses values that do not suit their tag', () => {
    assert.throws(() => Header.of([{ tag: Tag.NAME, value: 1 }]), TypeError);
    assert.throws(() => Header.of([{ tag: Tag.NAME, value: ['a', 'b'] }]), TypeError);
    assert.throws(() => Header.of([{ tag: Tag.NAME, value: 'a\0b' }]), TypeError);
    assert.throws(() => Header.of([{ tag: Tag.BASENAMES, value: [] }]), TypeError);
    assert.throws(() => Header.of([{ tag: 4999, value: 1 }]), TypeError);
  });

  it('adds and removes without touching the immutable region', () => {
    const { pkg, bytes } = fixturePackage('basic-v4.rpm');
    const region = bytes.subarray(pkg.extents.header.offset + 8, pkg.extents.payload.offset);
    const installed = pkg.metadata.with([
      { tag: Tag.INSTALLTIME, value: 1_700_000_000 },
      { tag: Tag.INSTALLTID, value: 1 },
      { tag: Tag.FILESTATES, value: new Uint8Array(11) },
    ]);
    const blob = installed.toBlob();
    const again = Header.parse(blob);
    assert.equal(again.region, Tag.HEADERIMMUTABLE);
    assert.equal(again.number(Tag.INSTALLTIME), 1_700_000_000);
    assert.equal(again.string(Tag.NAME), 'rpm-basic');
    assert.deepEqual(again.toBlob(), blob);
    // The region's index and data stand at the front of both parts of the blob, as they were signed.
    const regionTags = region.readUInt32BE(0);
    const regionData = region.readUInt32BE(4);
    const dataStart = 8 + blob.readUInt32BE(0) * INDEX_ENTRY;
    assert.deepEqual(blob.subarray(8, 8 + regionTags * INDEX_ENTRY), region.subarray(8, 8 + regionTags * INDEX_ENTRY));
    assert.deepEqual(blob.subarray(dataStart, dataStart + regionData), region.subarray(8 + regionTags * INDEX_ENTRY));
    assert.equal(installed.without([Tag.INSTALLTID, Tag.SUMMARY]).has(Tag.SUMMARY), false);
    assert.equal(pkg.metadata.has(Tag.INSTALLTIME), false);
  });

  it('lets what was added later stand in for what was there', () => {
    const header = fixturePackage('basic-v4.rpm').pkg.metadata.with([
      { tag: Tag.VENDOR, value: 'us' },
      { tag: Tag.NAME, value: 'renamed' },
    ]);
    assert.equal(Header.parse(header.toBlob()).string(Tag.NAME), 'renamed');
  });
});

describe('the bounds of a header', () => {
  const DATA = Buffer.from('abc\0\0\0\0\x01', 'latin1');
  const cases: Record<string, [Buffer, string]> = {
    'too short for its counts': [Buffer.alloc(7), 'RPM_TRUNCATED'],
    'without tags': [blobOf([], DATA), 'RPM_HEADER_INVALID'],
    'claiming 2^31 tags': [Buffer.from('80000000'.padEnd(64, '0'), 'hex'), 'RPM_HEADER_TOO_LARGE'],
    'claiming 3 GB of data': [Buffer.from('00000001c0000000'.padEnd(64, '0'), 'hex'), 'RPM_HEADER_TOO_LARGE'],
    'claiming more than there is': [Buffer.from('0000000100000400'.padEnd(64, '0'), 'hex'), 'RPM_TRUNCATED'],
    'followed by something': [Buffer.concat([blobOf([[1000, 6, 0, 1]], DATA), Buffer.alloc(1)]), 'RPM_HEADER_INVALID'],
    'with a tag below 100': [blobOf([[99, 6, 0, 1]], DATA), 'RPM_HEADER_INVALID'],
    'with a tag above 2^31': [blobOf([[-5, 6, 0, 1]], DATA), 'RPM_HEADER_INVALID'],
    'with bytes that no tag names': [blobOf([[1000, 6, 0, 1]], DATA), 'RPM_HEADER_INVALID'],
    'with an unknown type': [blobOf([[1000, 10, 0, 1]], DATA), 'RPM_HEADER_INVALID'],
    'with the type null': [blobOf([[1000, 0, 0, 1]], DATA), 'RPM_HEADER_INVALID'],
    'with a count of 0': [blobOf([[1000, 6, 0, 0]], DATA), 'RPM_HEADER_INVALID'],
    'with a huge count': [blobOf([[1000, 8, 0, 0x7fffffff]], DATA), 'RPM_HEADER_INVALID'],
    'with a negative offset': [blobOf([[1000, 6, -8, 1]], DATA), 'RPM_HEADER_INVALID'],
    'with an offset past the end': [blobOf([[1000, 6, 9, 1]], DATA), 'RPM_HEADER_INVALID'],
    'with numbers past the end': [blobOf([[1003, 4, 4, 2]], DATA), 'RPM_HEADER_INVALID'],
    'with numbers out of line': [blobOf([[1003, 4, 2, 1]], DATA), 'RPM_HEADER_INVALID'],
    'with text that does not end': [blobOf([[1000, 6, 7, 1]], DATA), 'RPM_HEADER_INVALID'],
    'with more strings than there are': [blobOf([[1117, 8, 0, 6]], DATA), 'RPM_HEADER_INVALID'],
    'with two strings in one': [blobOf([[1000, 6, 0, 2]], DATA), 'RPM_HEADER_INVALID'],
    'with data that overlap': [
      blobOf(
        [
          [1000, 6, 0, 1],
          [1001, 6, 2, 1],
        ],
        DATA,
      ),
      'RPM_HEADER_INVALID',
    ],
    'with a region without trailer': [blobOf([[63, 7, 0, 16]], DATA), 'RPM_HEADER_INVALID'],
    'with a region of another type': [blobOf([[63, 4, 0, 1]], Buffer.alloc(16)), 'RPM_HEADER_INVALID'],
    'with a trailer of zeros': [blobOf([[63, 7, 0, 16]], Buffer.alloc(16)), 'RPM_HEADER_INVALID'],
  };
  for (const [what, [blob, code]] of Object.entries(cases)) {
    it(`refuse one ${what}`, () =>
      assert.equal(
        codeOf(() => Header.parse(blob)),
        code,
      ));
  }

  it('refuse signature headers that are larger than any', () => {
    const options = { region: Tag.HEADERSIGNATURES };
    assert.equal(
      codeOf(() => Header.parse(Buffer.from('0000002100000000'.padEnd(64, '0'), 'hex'), options)),
      'RPM_HEADER_TOO_LARGE',
    );
    assert.equal(
      codeOf(() => Header.parse(Buffer.from('0000000104000001'.padEnd(64, '0'), 'hex'), options)),
      'RPM_HEADER_TOO_LARGE',
    );
  });

  it('refuse known tags of another type in main headers only', () => {
    const old = Header.of([{ tag: SigTag.SIZE, value: 5, type: TagType.int32 }]).toBlob();
    // Without a region rpm does not look either; written anew, the header has one.
    assert.equal(
      codeOf(() => Header.parse(old, { typed: true })),
      'none',
    );
    const blob = Header.parse(old).toBlob();
    assert.equal(
      codeOf(() => Header.parse(blob)),
      'none',
    );
    assert.equal(
      codeOf(() => Header.parse(blob, { typed: true })),
      'RPM_HEADER_INVALID',
    );
  });

  it('hold whatever is damaged', () => {
    const { pkg } = fixturePackage('basic-v4.rpm');
    const blob = pkg.metadata.toBlob();
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { minLength: 1, maxLength: 6 }), (changes) => {
        const damaged = Buffer.from(blob);
        for (const [at, byte] of changes) damaged[at] = byte;
        codeOf(() => {
          const header = Header.parse(damaged);
          for (const { tag, type } of header.entries()) {
            if (type >= TagType.string && type !== TagType.bin) header.strings(tag);
            else if (type !== TagType.bin) header.numbers(tag);
          }
          header.toBlob();
        });
      }),
      { numRuns: 300, seed: 13 },
    );
  });
});
