import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { CpioFile } from '../../../../libs/cpio/src/index.ts';
import { FileFlag, fileList, readPackage, readPayload, Tag } from '../../../../plugins/repo-rpm/src/codec/index.ts';
import { type BuiltFile, buildPackage } from '../support/rpm-builder.ts';
import { codeOf, fixturePackage } from './fixtures.ts';

const FILE = 0o100644;
const FILES: readonly BuiltFile[] = [
  { path: '/etc', mode: 0o040755 },
  { path: '/etc/a', content: 'hello' },
  { path: '/etc/b', link: 'a' },
];

/** Reads the payload of a package whole: path and content of each file. */
function unpack(bytes: Buffer): [string, string][] {
  const pkg = readPackage(bytes);
  const found: [string, string][] = [];
  for (const { file, content } of readPayload(pkg, bytes.subarray(pkg.extents.payload.offset))) {
    found.push([file.path, Buffer.concat(Array.from(content, (piece) => Buffer.from(piece))).toString()]);
  }
  return found;
}

function withArchive(archive: readonly CpioFile[]): Buffer {
  return buildPackage({ name: 'p', files: FILES, archive });
}

const ARCHIVE: readonly CpioFile[] = [
  { name: './etc', mode: 0o040755 },
  { name: './etc/a', mode: FILE, content: Buffer.from('hello') },
  { name: './etc/b', mode: 0o120777, content: Buffer.from('a') },
];

describe('readPayload', () => {
  for (const name of [
    'basic-v4.rpm',
    'basic-v6-gzip.rpm',
    'basic-v6-xz.rpm',
    'basic-v6-zstd.rpm',
    'file-attrs.rpm',
    'hardlinks.rpm',
    'i18n.src.rpm',
  ]) {
    it(`gives every file of ${name} that is not a ghost, with the content of its digest`, () => {
      const { pkg, payload } = fixturePackage(name);
      const { files, digestAlgorithm } = fileList(pkg.metadata);
      const seen = new Set<number>();
      for (const { file, content, hasContent } of readPayload(pkg, payload)) {
        seen.add(file.index);
        if (!hasContent) continue;
        const hash = createHash(digestAlgorithm);
        for (const piece of content) hash.update(piece);
        assert.equal(hash.digest('hex'), file.digest, file.path);
      }
      const expected = files.filter(({ flags }) => !(flags & FileFlag.GHOST)).map(({ index }) => index);
      assert.deepEqual(
        [...seen].sort((a, b) => a - b),
        expected,
      );
    });
  }

  it('gives the content of hard links with the last of them only', () => {
    const { pkg, payload } = fixturePackage('hardlinks.rpm');
    const withContent = Array.from(readPayload(pkg, payload)).filter(({ hasContent }) => hasContent);
    assert.deepEqual(withContent.map(({ file }) => file.path.replace(/.*\//, '')).sort(), [
      'alpha-3',
      'beta-2',
      'standalone',
    ]);
  });

  it('reads a payload in pieces', () => {
    const { pkg, payload } = fixturePackage('basic-v6-zstd.rpm');
    const pieces = Array.from({ length: Math.ceil(payload.length / 10) }, (_, i) =>
      payload.subarray(i * 10, i * 10 + 10),
    );
    assert.equal(Array.from(readPayload(pkg, pieces)).length, Array.from(readPayload(pkg, payload)).length);
  });

  it('matches names with and without the leading dot', () => {
    const expected = [
      ['/etc', ''],
      ['/etc/a', 'hello'],
      ['/etc/b', ''],
    ];
    assert.deepEqual(unpack(withArchive(ARCHIVE)), expected);
    assert.deepEqual(unpack(withArchive(ARCHIVE.map((file) => ({ ...file, name: file.name.slice(2) })))), expected);
    assert.deepEqual(unpack(withArchive(ARCHIVE.map((file) => ({ ...file, name: file.name.slice(1) })))), expected);
  });

  it('gives hostile paths of header and archive as they are: the importer judges them', () => {
    const files = [
      { path: '/../../etc/passwd', content: 'x' },
      { path: '/a/../../b', content: 'y' },
    ];
    assert.deepEqual(unpack(buildPackage({ name: 'evil', files })), [
      ['/../../etc/passwd', 'x'],
      ['/a/../../b', 'y'],
    ]);
  });

  const lies: Record<string, readonly CpioFile[]> = {
    'a file that the header does not list': [...ARCHIVE, { name: './../../etc/passwd', mode: FILE }],
    'a file twice': [...ARCHIVE, ARCHIVE[1] as CpioFile],
    'a file less': ARCHIVE.slice(0, 2),
    'a longer file': [
      ...ARCHIVE.slice(0, 1),
      { name: './etc/a', mode: FILE, content: Buffer.from('hello, world') },
      ...ARCHIVE.slice(2),
    ],
    'a link in place of a file': [
      ...ARCHIVE.slice(0, 1),
      { name: './etc/a', mode: 0o120777, content: Buffer.from('/etc/') },
      ...ARCHIVE.slice(2),
    ],
    'a link to elsewhere': [...ARCHIVE.slice(0, 2), { name: './etc/b', mode: 0o120777, content: Buffer.from('/') }],
  };
  for (const [what, archive] of Object.entries(lies)) {
    it(`refuses ${what}`, () =>
      assert.equal(
        codeOf(() => unpack(withArchive(archive))),
        'RPM_PAYLOAD_MISMATCH',
      ));
  }

  it('refuses deltas, unknown archives and unknown compression', () => {
    const code = (tag: number, value: string) =>
      codeOf(() => unpack(buildPackage({ name: 'p', files: FILES, tags: [{ tag, value }] })));
    assert.equal(code(Tag.PAYLOADFORMAT, 'drpm'), 'RPM_DELTA_UNSUPPORTED');
    assert.equal(code(Tag.PAYLOADFORMAT, 'tar'), 'RPM_PAYLOAD_UNSUPPORTED');
    assert.equal(code(Tag.PAYLOADCOMPRESSOR, 'lz77'), 'RPM_PAYLOAD_UNSUPPORTED');
  });

  it('refuses a payload that grows beyond what the header lists', () => {
    const bomb = [{ name: './etc', mode: FILE, content: Buffer.alloc(400_000) }];
    const bytes = buildPackage({ name: 'bomb', files: [{ path: '/etc', content: '' }], archive: bomb });
    assert.equal(
      codeOf(() => unpack(bytes)),
      'RPM_PAYLOAD_MISMATCH',
    );
  });

  it('names the truncation of a payload', () => {
    const { bytes } = fixturePackage('basic-v6-xz.rpm');
    assert.equal(
      codeOf(() => unpack(bytes.subarray(0, bytes.length - 40))),
      'RPM_TRUNCATED',
    );
    assert.equal(
      codeOf(() => unpack(Buffer.concat([bytes, Buffer.from('more')]))),
      'RPM_PAYLOAD_MISMATCH',
    );
  });
});
