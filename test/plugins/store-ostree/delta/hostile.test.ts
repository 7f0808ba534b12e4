import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { compressXz } from '@ostrata/compression';
import { sha256 } from '../../../../plugins/store-ostree/src/codec/checksum.ts';
import { encodeCommit } from '../../../../plugins/store-ostree/src/codec/commit.ts';
import type { DeltaObject } from '../../../../plugins/store-ostree/src/codec/delta/object-list.ts';
import { OPCODES } from '../../../../plugins/store-ostree/src/codec/delta/operations.ts';
import { encodePart, type PartMode } from '../../../../plugins/store-ostree/src/codec/delta/part.ts';
import { encodeSuperblock } from '../../../../plugins/store-ostree/src/codec/delta/superblock.ts';
import { VarintWriter } from '../../../../plugins/store-ostree/src/codec/delta/varint.ts';
import { encodeDirMeta } from '../../../../plugins/store-ostree/src/codec/dir-meta.ts';
import { encodeDirTree } from '../../../../plugins/store-ostree/src/codec/dir-tree.ts';
import { fileChecksum } from '../../../../plugins/store-ostree/src/codec/file-header.ts';
import { applyDelta } from '../../../../plugins/store-ostree/src/delta/index.ts';
import { StoreError } from '../../../../plugins/store-ostree/src/errors.ts';
import { initRepository } from '../../../../plugins/store-ostree/src/repo/init.ts';
import { Repository } from '../../../../plugins/store-ostree/src/repo/repository.ts';
import { temporary } from '../support.ts';
import { Random } from './support.ts';

const CONTENT = Buffer.from('the content of a file');
const MODE: PartMode = { uid: 0, gid: 0, mode: 0o100644 };
const FILE = fileChecksum({ ...MODE, target: '', xattrs: [] }, CONTENT);
const DIR_META = encodeDirMeta({ uid: 0, gid: 0, mode: 0o040755, xattrs: [] });
const DIR_TREE = encodeDirTree({ files: new Map([['file', FILE]]), dirs: new Map() });
const COMMIT = encodeCommit({
  metadata: new Map(),
  parent: undefined,
  related: [],
  subject: '',
  body: '',
  timestamp: 0n,
  tree: sha256(DIR_TREE),
  meta: sha256(DIR_META),
});
const TO = sha256(COMMIT);
const PAYLOAD = Buffer.concat([CONTENT, DIR_META, DIR_TREE, Buffer.from(FILE, 'hex')]);
const SOURCE_AT = PAYLOAD.length - 32;

interface Delta {
  operations?: (writer: VarintWriter) => void;
  objects?: DeltaObject[];
  modes?: PartMode[];
  raw?: Buffer;
  compress?: (part: Buffer) => Buffer;
  commit?: Buffer;
  version?: number;
  size?: bigint;
}

const OBJECTS: DeltaObject[] = [
  { type: 'file', id: FILE },
  { type: 'dirmeta', id: sha256(DIR_META) },
  { type: 'dirtree', id: sha256(DIR_TREE) },
];

const metadata = (writer: VarintWriter): VarintWriter =>
  writer
    .byte(OPCODES.splice)
    .varint(DIR_META.length)
    .varint(CONTENT.length)
    .byte(OPCODES.splice)
    .varint(DIR_TREE.length)
    .varint(CONTENT.length + DIR_META.length);

const open = (writer: VarintWriter, size = CONTENT.length): VarintWriter =>
  writer.byte(OPCODES.open).varint(0).varint(0).varint(size);
const write = (writer: VarintWriter, length = CONTENT.length, offset = 0): VarintWriter =>
  writer.byte(OPCODES.write).varint(length).varint(offset);

/** An operation for the one file, and then those of the metadata. */
const file = (make: (writer: VarintWriter) => void) => (writer: VarintWriter) => {
  make(writer);
  metadata(writer);
};

const GOOD = file((writer) => write(open(writer)).byte(OPCODES.close));

describe('hostile static deltas', () => {
  const dir = temporary();
  let repo: Repository;

  beforeEach(() => {
    initRepository(dir.in('repo'), 'archive');
    repo = Repository.open(dir.in('repo'));
    mkdirSync(dir.in('delta'));
  });

  function apply(delta: Delta): string {
    const writer = new VarintWriter();
    (delta.operations ?? GOOD)(writer);
    const modes = delta.modes ?? [MODE];
    const pieces = encodePart({ modes, xattrs: [[]], payload: [PAYLOAD], operations: writer.bytes });
    const part = Buffer.concat(pieces);
    const bytes = delta.raw ?? (delta.compress ?? ((plain) => Buffer.concat([Buffer.alloc(1), plain])))(part);
    writeFileSync(dir.in('delta', '0'), bytes);
    const header = {
      version: delta.version ?? 0,
      checksum: sha256(bytes),
      size: BigInt(bytes.length),
      uncompressedSize: delta.size ?? BigInt(part.length),
      objects: delta.objects ?? OBJECTS,
    };
    const superblock = encodeSuperblock(
      {
        metadata: new Map(),
        timestamp: 0n,
        from: undefined,
        to: TO,
        commit: delta.commit ?? COMMIT,
        parents: [],
        parts: [header],
        fallbacks: [],
      },
      'little',
    );
    writeFileSync(dir.in('delta', 'superblock'), superblock);
    return applyDelta(repo, dir.in('delta'));
  }

  function refused(delta: Delta, problem: RegExp): void {
    assert.throws(() => apply(delta), { code: 'OSTREE_DELTA_INVALID', message: problem });
    assert.equal(repo.find(TO, 'commit'), undefined);
    assert.equal(repo.find(FILE, 'file'), undefined);
  }

  it('a good one is taken, with and without compression', () => {
    assert.equal(apply({}), TO);
    assert.ok(repo.find(FILE, 'file'));
    assert.equal(apply({ compress: (part) => Buffer.concat([Buffer.from('x'), compressXz(part, { level: 0 })]) }), TO);
  });

  const cases: Record<string, [Delta, RegExp]> = {
    'of an unknown operation': [{ operations: (writer) => void writer.byte(0x7a) }, /unknown code 122/],
    'that ends in a number': [{ operations: (writer) => void writer.byte(OPCODES.open).byte(0x80) }, /ends early/],
    'of a number without end': [
      {
        operations: (writer) => void Array.from({ length: 40 }, (_, at) => writer.byte(at === 0 ? OPCODES.open : 0xff)),
      },
      /beyond 2\^53/,
    ],
    'that ends inside of a file': [{ operations: (writer) => void open(writer) }, /ends inside of a file/],
    'that writes too little': [
      { operations: file((writer) => write(open(writer), 3).byte(OPCODES.close)) },
      /less to a file/,
    ],
    'that writes too much': [{ operations: file((writer) => write(write(open(writer)))) }, /more to a file/],
    'that writes other bytes': [
      { operations: file((writer) => write(open(writer), CONTENT.length, 1).byte(OPCODES.close)) },
      /another checksum/,
    ],
    'that reaches beyond the payload': [
      { operations: file((writer) => write(open(writer), CONTENT.length, PAYLOAD.length)) },
      /beyond its bytes/,
    ],
    'that reaches beyond the table of modes': [
      { operations: file((writer) => writer.byte(OPCODES.open).varint(1).varint(0).varint(1)) },
      /beyond a table/,
    ],
    'that reaches beyond the table of attributes': [
      { operations: file((writer) => writer.byte(OPCODES.open).varint(0).varint(1).varint(1)) },
      /beyond a table/,
    ],
    'that closes what is not open': [{ operations: (writer) => void writer.byte(OPCODES.close) }, /outside of a file/],
    'that writes to no file': [{ operations: (writer) => void write(writer) }, /outside of a file/],
    'that opens a file in a file': [{ operations: (writer) => void open(open(writer)) }, /inside of a file/],
    'that patches nothing': [
      { operations: (writer) => void open(writer).byte(OPCODES.patch).varint(0).varint(24) },
      /patch for no file/,
    ],
    'that opens a directory': [{ operations: open, objects: [OBJECTS[1]!] }, /cannot be made in pieces/],
    'that opens a device': [
      { operations: GOOD, modes: [{ uid: 0, gid: 0, mode: 0o020644 }] },
      /neither a regular file nor a symbolic link/,
    ],
    'that makes less than it says': [{ operations: () => {} }, /does not make all/],
    'that makes more than it says': [{ objects: OBJECTS.slice(0, 2) }, /makes more objects/],
    'whose metadata have another checksum': [
      { objects: [OBJECTS[0]!, { type: 'dirmeta', id: TO }, OBJECTS[2]!] },
      /another checksum/,
    ],
    'whose metadata are no metadata': [
      { objects: [{ type: 'dirtree', id: sha256(CONTENT) }], operations: (w) => void w.byte(83).varint(21).varint(0) },
      /cannot be used/,
    ],
    'of an unknown compression': [{ raw: Buffer.from('gzip') }, /compression 103 is unknown/],
    'of an empty part': [{ raw: Buffer.alloc(0) }, /unknown/],
    'of broken compression': [{ raw: Buffer.from('xnoise') }, /./],
    'of a part that is no part': [{ raw: Buffer.from('\0noise') }, /./],
    'of a later version': [{ version: 1 }, /too new/],
    'of another commit': [
      {
        commit: encodeCommit({
          metadata: new Map(),
          parent: TO,
          related: [],
          subject: '',
          body: '',
          timestamp: 1n,
          tree: TO,
          meta: TO,
        }),
      },
      /is not/,
    ],
  };
  for (const [name, [delta, problem]] of Object.entries(cases)) {
    it(`one ${name} is refused`, () => refused(delta, problem));
  }

  it('one that grows far beyond its objects is refused', () => {
    const bomb = Buffer.concat([Buffer.from('x'), compressXz(Buffer.alloc(90_000_000), { level: 0 })]);
    refused({ raw: bomb, size: 1000n }, /decompress to more than/);
  }).timeout(20_000);

  it('one that needs a file which is not there names it', () => {
    const operations = file((writer) => writer.byte(OPCODES.setSource).varint(SOURCE_AT));
    assert.throws(() => apply({ operations }), { code: 'OSTREE_OBJECT_MISSING' });
  });

  it('one whose part is absent or altered is refused', () => {
    apply({});
    const other = dir.in('other');
    initRepository(other, 'archive');
    writeFileSync(dir.in('delta', '0'), 'other bytes');
    assert.throws(() => applyDelta(Repository.open(other), dir.in('delta')), { message: /another checksum/ });
    mkdirSync(dir.in('empty'));
    assert.throws(() => applyDelta(Repository.open(other), dir.in('empty')), { code: 'ENOENT' });
  });

  it('one that reads beyond the end of a file is refused', () => {
    apply({});
    const fresh = Buffer.from('x');
    const id = fileChecksum({ ...MODE, target: '', xattrs: [] }, fresh);
    const operations = (writer: VarintWriter) =>
      void write(open(writer.byte(OPCODES.setSource).varint(SOURCE_AT), 1), 1, 1000);
    assert.throws(() => apply({ operations, objects: [{ type: 'file', id }] }), { message: /beyond the end/ });
  });

  it('one of random operations ends in an error that names it, and leaves nothing', () => {
    const random = new Random(11);
    const codes = Object.values(OPCODES);
    const other = dir.in('other');
    for (let round = 0; round < 300; round++) {
      if (round % 50 === 0) {
        rmSync(other, { recursive: true, force: true });
        initRepository(other, round % 100 === 0 ? 'archive' : 'bare-user-only');
        repo = Repository.open(other);
      }
      const operations = (writer: VarintWriter) => {
        if (random.below(2) === 0) GOOD(writer);
        for (let count = 1 + random.below(6); count > 0; count--) {
          writer.byte(codes[random.below(codes.length)]!);
          for (let numbers = random.below(5); numbers > 0; numbers--) {
            writer.varint([0, 1, 21, 32, PAYLOAD.length, SOURCE_AT, 2 ** 40, random.below(200)][random.below(8)]!);
          }
        }
        // Whatever went before, these do not end well.
        writer.byte(OPCODES.close).byte(OPCODES.close).byte(0);
      };
      assert.throws(
        () => apply({ operations }),
        (error: unknown) => {
          assert.ok(error instanceof StoreError, String(error));
          return true;
        },
      );
      assert.equal(repo.find(TO, 'commit'), undefined);
      assert.equal(repo.find(FILE, 'file'), undefined);
    }
  }).timeout(30_000);
});
