import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import {
  MetadataError,
  PrimaryReader,
  readZchunk,
  readZchunkHeader,
} from '../../../../plugins/repo-rpm/src/metadata/index.ts';
import { sharedData } from '../../../support/shared.ts';

function integer(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest | 0x80]);
    bytes.push(rest % 128);
  }
}

const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** A zchunk file with SHA-256 everywhere. */
function zchunk(
  chunks: readonly string[],
  options: { dictionary?: string; compression?: number; flags?: number } = {},
) {
  const { dictionary = '', compression = 2, flags = 0 } = options;
  const dict = Buffer.from(dictionary);
  const pack = (bytes: Buffer, with_: Buffer): Buffer => {
    if (bytes.length === 0 || compression === 0) return bytes;
    return zstdCompressSync(bytes, with_.length > 0 ? { dictionary: with_ } : {});
  };
  const parts = [dict, ...chunks.map((chunk) => Buffer.from(chunk))].map((open, n) => ({
    open,
    packed: pack(open, n === 0 ? Buffer.alloc(0) : dict),
  }));
  const data = Buffer.concat(parts.map(({ packed }) => packed));
  const index = Buffer.concat([
    integer(1),
    integer(parts.length),
    ...parts.flatMap(({ open, packed }) => [
      packed.length === 0 ? Buffer.alloc(32) : sha256(packed),
      integer(packed.length),
      integer(open.length),
    ]),
  ]);
  const rest = Buffer.concat([
    sha256(data),
    integer(flags),
    integer(compression),
    integer(index.length),
    index,
    integer(0),
  ]);
  const lead = Buffer.concat([Buffer.from('\0ZCK1'), integer(1), integer(rest.length)]);
  return Buffer.concat([lead, sha256(lead, rest), rest, data]);
}

const read = (bytes: Uint8Array, max = 1e6): string =>
  Buffer.concat([...readZchunk(bytes, max)].map((chunk) => Buffer.from(chunk))).toString();

const code = (text: string) => (error: unknown) => error instanceof MetadataError && error.code === text;

describe('repo-rpm metadata: zchunk', () => {
  it('reads chunks that are compressed, that are not, and that have a dictionary', () => {
    assert.equal(read(zchunk(['<a>', '', 'text', '</a>'])), '<a>text</a>');
    assert.equal(read(zchunk(['<a>', 'text</a>'], { compression: 0 })), '<a>text</a>');
    const words = 'the package provides the package requires the package';
    const dictionary = words.repeat(4);
    const file = zchunk([words, `${words}!`], { dictionary });
    assert.equal(read(file), `${words}${words}!`);
    const header = readZchunkHeader(file);
    assert.deepEqual(
      header.chunks.map(({ openSize }) => openSize),
      [words.length, words.length + 1],
    );
    assert.ok(
      header.chunks.every(({ size }) => size < words.length),
      'the dictionary was used',
    );
  });

  it('refuses whatever is changed or cut, wherever that is', () => {
    const file = zchunk(['<a>', 'text', '</a>'], { dictionary: 'text and tags' });
    for (let at = 0; at < file.length; at++) {
      const copy = Buffer.from(file);
      copy[at]! ^= 0x04;
      assert.throws(() => read(copy), MetadataError, `byte ${at}`);
      assert.throws(() => read(file.subarray(0, at)), code('METADATA_ZCHUNK'), `cut at ${at}`);
    }
    assert.throws(() => read(Buffer.concat([file, Buffer.from('x')])), code('METADATA_ZCHUNK'));
  });

  it('refuses flags and compressions that it does not know', () => {
    assert.throws(() => read(zchunk(['a'], { flags: 1 })), code('METADATA_ZCHUNK'));
    assert.throws(() => read(zchunk(['a'], { flags: 8 })), code('METADATA_ZCHUNK'));
    assert.throws(() => read(zchunk(['a'], { compression: 1 })), code('METADATA_ZCHUNK'));
  });

  it('bounds what comes out', () => {
    assert.throws(() => read(zchunk(['a'.repeat(1000)]), 999), code('METADATA_TOO_LARGE'));
  });
});

describe('repo-rpm metadata: zchunk files of others (needs ../shared)', () => {
  const REPOSITORY = ['rpmmd', 'createrepo_c', 'repo_with_additional_metadata', 'repodata'];

  it('holds what the gzip file beside it holds', function () {
    const folder = sharedData(...REPOSITORY);
    if (folder === undefined) return this.skip();
    const names = readdirSync(folder).filter((name) => name.endsWith('.zck'));
    assert.ok(names.length >= 6);
    for (const name of names) {
      const text = read(readFileSync(join(folder, name)), 1e7);
      assert.ok(text.startsWith('<?xml') || text.startsWith('---'), name);
      const plain = name.replace(/^[0-9a-f]+-/, '').replace(/(\.gz)?\.zck$/, '');
      const twin: string | undefined = readdirSync(folder).find((other) => other.endsWith(`-${plain}`));
      if (twin !== undefined) assert.equal(text, readFileSync(join(folder, twin), 'utf8'));
    }
  });

  it('reads the packages of a primary.xml of 581 chunks', function () {
    const path = sharedData('rpmmd', 'libzypp-zck', 'primary.xml.zck');
    if (path === undefined || !existsSync(path)) return this.skip();
    const bytes = readFileSync(path);
    assert.equal(readZchunkHeader(bytes).chunks.length, 581);
    const reader = new PrimaryReader();
    for (const chunk of readZchunk(bytes, 1e7)) reader.write(chunk);
    const packages = reader.end();
    assert.ok(packages.count > 100, String(packages.count));
  });
});
