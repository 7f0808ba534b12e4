import assert from 'node:assert/strict';
import { sha256 } from '../../../../plugins/store-ostree/src/codec/checksum.ts';
import { encodeCommit } from '../../../../plugins/store-ostree/src/codec/commit.ts';
import { decodeDeltaIndex, encodeDeltaIndex } from '../../../../plugins/store-ostree/src/codec/delta/delta-index.ts';
import { decodeObjectList, encodeObjectList } from '../../../../plugins/store-ostree/src/codec/delta/object-list.ts';
import { decodePart, encodePart } from '../../../../plugins/store-ostree/src/codec/delta/part.ts';
import { decodeSigned, encodeSigned, isSigned } from '../../../../plugins/store-ostree/src/codec/delta/signed.ts';
import { decodeSuperblock, encodeSuperblock } from '../../../../plugins/store-ostree/src/codec/delta/superblock.ts';
import { VarintReader, VarintWriter } from '../../../../plugins/store-ostree/src/codec/delta/varint.ts';
import { CodecError } from '../../../../plugins/store-ostree/src/codec/errors.ts';
import { decode, encode, variant } from '../../../../plugins/store-ostree/src/codec/gvariant/index.ts';
import { Random } from './support.ts';

const id = (text: string): string => sha256(Buffer.from(text));

const COMMIT = encodeCommit({
  metadata: new Map([['version', variant('s', '1')]]),
  parent: undefined,
  related: [],
  subject: 'subject',
  body: '',
  timestamp: 1n,
  tree: id('tree'),
  meta: id('meta'),
});

const BLOCK = {
  metadata: new Map([['note', variant('s', 'text')]]),
  timestamp: 1_700_000_000n,
  from: id('from'),
  to: sha256(COMMIT),
  commit: COMMIT,
  parents: [[id('a'), id('b')]] as const,
  parts: [
    {
      version: 0,
      checksum: id('part'),
      size: 500n,
      uncompressedSize: 1000n,
      objects: [{ type: 'file', id: id('x') }] as const,
    },
  ],
  fallbacks: [{ type: 'file', id: id('y'), size: 10n, uncompressedSize: 20n }] as const,
};

describe('the superblock of a delta', () => {
  for (const order of ['little', 'big'] as const) {
    it(`keeps all that is in it, ${order} endian`, () => {
      const { endianness, ...rest } = decodeSuperblock(encodeSuperblock(BLOCK, order));
      assert.deepEqual(endianness, { order, stated: true });
      assert.deepEqual(rest, BLOCK);
    });
  }

  it('of an old libostree is read in the order that makes sense', () => {
    const silent = encodeSuperblock(BLOCK, undefined);
    assert.deepEqual(decodeSuperblock(silent).endianness, { order: undefined, stated: false });
    assert.equal(decodeSuperblock(silent).parts[0]!.size, 500n);
    const swap = (value: bigint) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(value);
      return bytes.readBigUInt64BE();
    };
    const foreign = encodeSuperblock(
      { ...BLOCK, parts: [{ ...BLOCK.parts[0]!, size: swap(500n), uncompressedSize: swap(1000n) }] },
      undefined,
    );
    const read = decodeSuperblock(foreign);
    assert.deepEqual(read.endianness, { order: 'big', stated: false });
    assert.equal(read.parts[0]!.size, 500n);
    assert.equal(read.parts[0]!.uncompressedSize, 1000n);
  });

  it('is found inside of signatures', () => {
    const superblock = encodeSuperblock(BLOCK, 'little');
    assert.ok(!isSigned(superblock));
    const signatures = new Map([['ostree.sign.ed25519', variant('aay', [Buffer.from('signature')])]]);
    const file = encodeSigned({ superblock, signatures });
    assert.ok(isSigned(file));
    assert.equal(file.toString('latin1', 0, 8), 'OSTSGNDT');
    assert.deepEqual(decodeSigned(file), { superblock, signatures });
  });
});

describe('the part of a delta', () => {
  it('is serialised in pieces as GVariant does at once, at every width of offsets', () => {
    const modes = [{ uid: 1, gid: 2, mode: 0o100644 }];
    const xattrs = [[], [['user.name', Buffer.from('value')]]] as const;
    for (const size of [0, 1, 100, 200, 210, 220, 60_000, 65_400, 65_500, 65_536, 200_000]) {
      const payload = Buffer.alloc(size, 7);
      const operations = Buffer.from('S');
      const pieces = encodePart({
        modes,
        xattrs,
        payload: [payload.subarray(0, 10), payload.subarray(10)],
        operations,
      });
      const bytes = Buffer.concat(pieces);
      const value = decode('(a(uuu)aa(ayay)ayay)', bytes);
      assert.ok(bytes.equals(encode('(a(uuu)aa(ayay)ayay)', value)));
      assert.deepEqual(decodePart(bytes), { modes, xattrs, payload, operations });
    }
  });
});

describe('numbers of operations', () => {
  it('are read as they were written', () => {
    const values = [0, 1, 127, 128, 300, 16383, 16384, 2 ** 28, 2 ** 31, 2 ** 32, 2 ** 40, Number.MAX_SAFE_INTEGER];
    const writer = new VarintWriter();
    for (const value of values) writer.varint(value);
    const reader = new VarintReader(writer.bytes);
    assert.deepEqual(
      values.map(() => reader.varint()),
      values,
    );
    assert.ok(reader.done);
    assert.deepEqual([...new VarintWriter().varint(300).bytes], [0xac, 0x02]);
  });

  it('end, and are exact', () => {
    assert.throws(() => new VarintReader(Buffer.from([0x80])).varint(), CodecError);
    assert.throws(() => new VarintReader(Buffer.alloc(100, 0xff)).varint(), CodecError);
    assert.throws(() => new VarintReader(Buffer.from('ffffffffffffff7f', 'hex')).varint(), CodecError);
    // The same number may be written longer.
    assert.equal(new VarintReader(Buffer.from([0x81, 0x80, 0x00])).varint(), 1);
  });
});

describe('lists of a delta', () => {
  it('name objects', () => {
    const objects = [
      { type: 'file', id: id('1') },
      { type: 'dirtree', id: id('2') },
      { type: 'dirmeta', id: id('3') },
      { type: 'commit', id: id('4') },
    ] as const;
    const bytes = encodeObjectList(objects);
    assert.deepEqual(decodeObjectList(bytes), objects);
    assert.throws(() => decodeObjectList(bytes.subarray(1)), CodecError);
    bytes[0] = 9;
    assert.throws(() => decodeObjectList(bytes), CodecError);
  });

  it('name deltas', () => {
    const deltas = [{ name: { from: undefined, to: id('t') }, superblock: id('s') }];
    assert.deepEqual(decodeDeltaIndex(encodeDeltaIndex(deltas)), deltas);
    assert.deepEqual(decodeDeltaIndex(encode('a{sv}', [])), []);
    for (const entry of [variant('s', 'x'), variant('a{sv}', [['x', variant('ay', Buffer.alloc(32))]])]) {
      assert.throws(() => decodeDeltaIndex(encode('a{sv}', [['ostree.static-deltas', entry]])), CodecError);
    }
  });
});

describe('readers of deltas', () => {
  const signed = encodeSigned({
    superblock: encodeSuperblock(BLOCK, 'little'),
    signatures: new Map([['ostree.sign.ed25519', variant('aay', [Buffer.from('signature')])]]),
  });
  const part = encodePart({
    modes: [{ uid: 0, gid: 0, mode: 0o100644 }],
    xattrs: [[['user.name', Buffer.from('value')]]],
    payload: [Buffer.from('payload')],
    operations: Buffer.from('operations'),
  });
  const index = encodeDeltaIndex([{ name: { from: id('f'), to: id('t') }, superblock: id('s') }]);
  const readers: Record<string, [Buffer, (bytes: Uint8Array) => unknown]> = {
    superblock: [encodeSuperblock(BLOCK, 'little'), decodeSuperblock],
    'signed superblock': [signed, decodeSigned],
    part: [Buffer.concat(part), decodePart],
    index: [index, decodeDeltaIndex],
    'list of objects': [encodeObjectList(BLOCK.parts[0]!.objects), decodeObjectList],
  };
  for (const [name, [good, read]] of Object.entries(readers)) {
    it(`say of a broken ${name} what is wrong`, () => {
      const random = new Random(name.length);
      read(good);
      for (let round = 0; round < 20_000; round++) {
        const bytes = Buffer.from(good);
        for (let change = 0; change <= random.below(4); change++) bytes[random.below(bytes.length)] = random.below(256);
        const cut = random.below(4) === 0 ? bytes.subarray(0, random.below(bytes.length)) : bytes;
        try {
          read(cut);
        } catch (error) {
          assert.ok(error instanceof CodecError, String(error));
        }
      }
    });
  }
});
