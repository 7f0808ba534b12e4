import assert from 'node:assert/strict';
import { deflateRawSync } from 'node:zlib';
import { sha256 } from '../../../plugins/store-ostree/src/codec/checksum.ts';
import { decodeCommit, encodeCommit } from '../../../plugins/store-ostree/src/codec/commit.ts';
import { decodeDirMeta, encodeDirMeta } from '../../../plugins/store-ostree/src/codec/dir-meta.ts';
import { compareNames, decodeDirTree, encodeDirTree } from '../../../plugins/store-ostree/src/codec/dir-tree.ts';
import { CodecError } from '../../../plugins/store-ostree/src/codec/errors.ts';
import {
  decodeArchiveHeader,
  encodeArchiveHeader,
  encodeFileHeader,
  fileChecksum,
} from '../../../plugins/store-ostree/src/codec/file-header.ts';
import { encode, variant } from '../../../plugins/store-ostree/src/codec/gvariant/index.ts';

const NO_BYTES = new Uint8Array();
const file = { uid: 0, gid: 0, mode: 0o100644, target: '', xattrs: [] };
const A = 'a'.repeat(64);
const B = 'b'.repeat(64);

// The bytes and checksums are those of ostree 2022.7 for the same input.
describe('OSTree objects', () => {
  it('writes the header of a file', () => {
    const header = '00000012 00000000 00000000 00000000 000081a4 00000000 00 11';
    assert.equal(encodeFileHeader(file).toString('hex'), header.replaceAll(' ', ''));
  });

  it('gives the checksums of a file, a symbolic link and a file with attributes', () => {
    assert.equal(
      fileChecksum({ ...file, mode: 0o104755 }, NO_BYTES),
      '2ed2a8cdda46c87a3d257743a7d08c46c6202c399a8008665a4f25176974004b',
    );
    assert.equal(
      fileChecksum({ ...file, mode: 0o120777, target: '../x' }, NO_BYTES),
      '6bf149f093047a43e07a147ec06f0251fa2dfcc5c3056e4db6207e83fbb37fe4',
    );
    const xattrs = [
      ['user.aa', Buffer.from('2')],
      ['trusted.q', Buffer.from('2')],
    ] as const;
    assert.equal(
      fileChecksum({ ...file, xattrs }, Buffer.from('hi\n')),
      '63190a47d4489affb98f5c932e8f85edcf9c99a39d8e2bbf2a34ea45242d574f',
    );
  });

  it('gives the checksum of directory metadata and of an empty directory', () => {
    const meta = { uid: 0, gid: 0, mode: 0o40755, xattrs: [] };
    assert.equal(sha256(encodeDirMeta(meta)), '446a0ef11b7cc167f3b603e585c7eeeeb675faa412d5ec73f62988eb0b6c5488');
    assert.deepEqual(decodeDirMeta(encodeDirMeta(meta)), meta);
    const empty = encodeDirTree({ files: new Map(), dirs: new Map() });
    assert.equal(sha256(empty), '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d');
  });

  it('writes the header of an archived file', () => {
    const bytes = encodeArchiveHeader({ ...file, mode: 0o104755 }, 0);
    const expected = '0000001a 00000000 0000000000000000 00000000 00000000 000089ed 00000000 00 19';
    assert.equal(bytes.toString('hex'), expected.replaceAll(' ', ''));
    const stored = Buffer.concat([encodeArchiveHeader(file, 70_000), deflateRawSync(Buffer.alloc(70_000))]);
    assert.deepEqual(decodeArchiveHeader(stored), { meta: file, size: 70_000, end: 34 });
  });

  it('sorts names by their bytes', () => {
    const names = ['a', 'B', 'aa', 'ä', '\u{1f600}', '\uffee', 'a-', 'a/'.slice(0, 1)];
    const bytes = (name: string) => Buffer.from(name);
    const expected = names.toSorted((x, y) => Buffer.compare(bytes(x), bytes(y)));
    assert.deepEqual(names.toSorted(compareNames), expected);
    const tree = encodeDirTree({ files: new Map(names.map((name) => [name, A])), dirs: new Map() });
    assert.deepEqual([...decodeDirTree(tree).files.keys()], [...new Set(expected)]);
  });

  it('refuses hostile names in directories', () => {
    const id = Buffer.from(A, 'hex');
    for (const name of ['', '.', '..', 'a/b', '/', 'x'.repeat(256)]) {
      assert.throws(() => decodeDirTree(encode('(a(say)a(sayay))', [[[name, id]], []])), CodecError, name);
      assert.throws(() => decodeDirTree(encode('(a(say)a(sayay))', [[], [[name, id, id]]])), CodecError, name);
      assert.throws(() => encodeDirTree({ files: new Map([[name, A]]), dirs: new Map() }), CodecError, name);
    }
    assert.throws(() => encodeDirTree({ files: new Map([['a\0b', A]]), dirs: new Map() }), CodecError);
    const withZero = encode('(a(say)a(sayay))', [[['axb', id]], []]);
    withZero[1] = 0;
    assert.throws(() => decodeDirTree(withZero), CodecError);
    const twice = encode('(a(say)a(sayay))', [[['a', id]], [['a', id, id]]]);
    assert.throws(() => decodeDirTree(twice), /twice/);
    const short = encode('(a(say)a(sayay))', [[['a', Buffer.alloc(31)]], []]);
    assert.throws(() => decodeDirTree(short), /31 bytes/);
  });

  it('refuses what no file object can be', () => {
    for (const change of [
      { mode: 0o040755 },
      { mode: 0o020644 },
      { mode: 0o644 },
      { mode: 0o1100644 },
      { mode: 0o120777 },
      { target: 'x' },
      { mode: 0o120777, target: 'a\0b' },
    ]) {
      assert.throws(() => encodeFileHeader({ ...file, ...change }), CodecError, JSON.stringify(change));
    }
    assert.throws(() => encodeDirMeta({ uid: 0, gid: 0, mode: 0o100644, xattrs: [] }), CodecError);
  });

  it('refuses truncated and oversized headers', () => {
    const header = encodeArchiveHeader(file, 1);
    for (let length = 0; length < header.length; length++) {
      assert.throws(() => decodeArchiveHeader(header.subarray(0, length)), CodecError, String(length));
    }
    header.writeUInt32BE(0x7fffffff, 0);
    assert.throws(() => decodeArchiveHeader(header), /bytes/);
  });

  it('keeps all of a commit', () => {
    const commit = {
      metadata: new Map([
        ['z', variant('s', 'first')],
        ['a', variant('aay', [Buffer.from('x')])],
      ]),
      parent: B,
      related: [],
      subject: 'subject',
      body: 'body\nlines',
      timestamp: 1_700_000_000n,
      tree: A,
      meta: B,
    };
    const bytes = encodeCommit(commit);
    assert.deepEqual(decodeCommit(bytes), commit);
    assert.deepEqual([...decodeCommit(bytes).metadata.keys()], ['z', 'a']);
    for (let length = 0; length < bytes.length; length++) {
      assert.throws(() => decodeCommit(bytes.subarray(0, length)), CodecError, String(length));
    }
  });
});
