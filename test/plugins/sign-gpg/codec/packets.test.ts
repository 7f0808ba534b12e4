import assert from 'node:assert/strict';
import fc from 'fast-check';
import { keyBlocks } from '../../../../plugins/sign-gpg/src/codec/key-blocks.ts';
import { isKeybox, keyboxBlocks } from '../../../../plugins/sign-gpg/src/codec/keybox.ts';
import { packetSpans } from '../../../../plugins/sign-gpg/src/codec/packets.ts';

const bytes = (...parts: (number | Buffer)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.from([part]) : part)));
const u32 = (value: number) => {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value);
  return buffer;
};

describe('OpenPGP packets', () => {
  // RFC 9580, section 4.2.1 (new: one, two, five octets) and 4.2.2 (old: one, two, four).
  const body = Buffer.alloc(300);
  const headers = {
    'new, one octet': [bytes(0xc6, 100), 100],
    'new, two octets': [bytes(0xc6, 0xc0, 300 - 192), 300],
    'new, five octets': [bytes(0xc6, 0xff, u32(300)), 300],
    'old, one octet': [bytes(0x98, 100), 100],
    'old, two octets': [bytes(0x99, 1, 44), 300],
    'old, four octets': [bytes(0x9a, u32(300)), 300],
  } as const;
  for (const [name, [head, size]] of Object.entries(headers)) {
    it(`are found by their header: ${name}`, () => {
      const packet = bytes(head, body.subarray(0, size));
      assert.deepEqual(packetSpans(bytes(packet, packet)), [
        { tag: 6, start: 0, end: packet.length },
        { tag: 6, start: packet.length, end: 2 * packet.length },
      ]);
      assert.throws(() => packetSpans(packet.subarray(0, -1)), /at byte 0/);
      assert.throws(() => packetSpans(bytes(packet, 0)), new RegExp(`at byte ${packet.length}`));
    });
  }

  for (const [name, head] of [
    ['a partial length', bytes(0xc6, 0xe1)],
    ['an indeterminate length', bytes(0x9b)],
    ['no header', bytes(0x41)],
  ] as const) {
    it(`are not taken with ${name}`, () => {
      assert.throws(() => packetSpans(bytes(head, body)), /no whole OpenPGP packet at byte 0/);
    });
  }

  it('are divided into keys', () => {
    const key = bytes(0xc6, 1, 7);
    const user = bytes(0xcd, 2, 7, 7);
    const blocks = keyBlocks(bytes(user, key, user, user, key));
    assert.deepEqual(
      blocks.map((block) => ('binary' in block ? Buffer.from(block.binary) : null)),
      [bytes(key, user, user), key],
    );
  });

  it('are found in armor with text around and between', () => {
    const armor = (kind: string) =>
      `-----BEGIN PGP ${kind} KEY BLOCK-----\n\nAAAA\n-----END PGP ${kind} KEY BLOCK-----\n`;
    const text = `words\n${armor('PUBLIC')}more words\n${armor('PRIVATE')}`;
    assert.equal(keyBlocks(Buffer.from(text)).length, 2);
    assert.deepEqual(keyBlocks(Buffer.from(armor('PUBLIC').slice(0, -10))), []);
    assert.deepEqual(keyBlocks(Buffer.alloc(0)), []);
  });
});

describe('keyboxes', () => {
  const header = bytes(u32(32), 1, 1, 0, 2, Buffer.from('KBXf'), Buffer.alloc(20));
  const blob = (type: number, block: Buffer) => {
    const size = 20 + block.length;
    return bytes(u32(size), type, 1, 0, 0, u32(20), u32(block.length), Buffer.alloc(4), block);
  };

  it('give the key blocks of OpenPGP keys, and skip others', () => {
    const box = bytes(header, blob(2, Buffer.from('one')), blob(3, Buffer.from('x509')), blob(2, Buffer.from('two')));
    assert.ok(isKeybox(box));
    assert.deepEqual(
      keyboxBlocks(box).map((block) => Buffer.from(block).toString()),
      ['one', 'two'],
    );
  });

  it('are refused when a blob is cut short, or its key block is outside', () => {
    const box = bytes(header, blob(2, Buffer.from('one')));
    for (let size = 33; size < box.length; size++)
      assert.throws(() => keyboxBlocks(box.subarray(0, size)), /at byte 32/);
    const outside = Buffer.from(box);
    outside.writeUInt32BE(5000, 32 + 12);
    assert.throws(() => keyboxBlocks(outside), /at byte 32 has no key block/);
    assert.throws(() => keyboxBlocks(bytes(header, u32(0))), /at byte 32/);
  });

  it('and all else that keys are read from end in keys or in an Error', () => {
    const heads = fc.constantFrom(header, Buffer.alloc(0), bytes(0xc6), bytes(0x99), bytes(header, u32(40), 2));
    fc.assert(
      fc.property(heads, fc.uint8Array({ maxLength: 200 }), (head, rest) => {
        try {
          for (const block of keyBlocks(bytes(head, Buffer.from(rest)))) assert.ok('binary' in block || block.armored);
        } catch (error) {
          assert.ok(error instanceof Error && /at byte \d+/.test(error.message), `${error}`);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
