import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CodecError } from '../../../plugins/store-ostree/src/codec/errors.ts';
import { decode, encode, parseType, type Value } from '../../../plugins/store-ostree/src/codec/gvariant/index.ts';

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex');

describe('GVariant', () => {
  // The examples of section 3.5 of the GVariant specification, little endian.
  const examples: readonly (readonly [type: string, value: Value, bytes: string])[] = [
    ['s', 'hello world', '68656c6c6f20776f726c6400'],
    ['ms', 'hello world', '68656c6c6f20776f726c640000'],
    ['ms', null, ''],
    ['ab', [true, false, false, true, true], '0100000101'],
    ['(si)', ['foo', -1], '666f6f00 ffffffff 04'],
    [
      'a{si}',
      [
        ['hi', -2],
        ['bye', -1],
      ],
      '686900 00 feffffff 03 000000 62796500 ffffffff 04 09 15',
    ],
    ['as', ['i', 'can', 'has', 'strings?'], '6900 63616e00 68617300 737472696e67733f00 02060a13'],
    [
      '((ys)as)',
      [
        [105, 'can'],
        ['has', 'strings?'],
      ],
      '69 63616e00 68617300 737472696e67733f00 040d 05',
    ],
    ['(yy)', [0x70, 0x80], '7080'],
    ['(iy)', [96, 0x70], '60000000 70000000'],
    [
      'a(iy)',
      [
        [96, 0x70],
        [648, 0xf7],
      ],
      '60000000 70000000 88020000 f7000000',
    ],
    ['ay', Buffer.from([4, 5, 6, 7]), '04050607'],
    ['ai', [4, 258], '04000000 02010000'],
    ['()', [], '00'],
    ['a()', [[], []], '0000'],
    ['v', { type: 'u', value: 1 }, '01000000 00 75'],
    ['a{sv}', [['k', { type: 't', value: 7n }]], '6b00 000000000000 0700000000000000 00 74 02 13'],
  ];
  for (const [type, value, bytes] of examples) {
    it(`writes and reads ${type} as the specification has it`, () => {
      assert.equal(encode(type, value).toString('hex'), hex(bytes).toString('hex'));
      assert.deepEqual(decode(type, hex(bytes)), value);
    });
  }

  it('widens framing offsets with the size of the container', () => {
    for (const length of [253, 254, 255, 256, 65_532, 65_533, 65_534, 70_000]) {
      const value = ['x'.repeat(length), 'y'];
      assert.deepEqual(decode('as', encode('as', value)), value);
    }
  });

  const malformed: readonly (readonly [what: string, type: string, bytes: string])[] = [
    ['a string without its zero', 's', '6869'],
    ['a string with a zero inside', 's', '68006900'],
    ['a string that is not UTF-8', 's', 'ff00'],
    ['a boolean of 2', 'b', '02'],
    ['a fixed-size value that is too long', 'u', '0000000000'],
    ['a part of an array element', 'au', '000000'],
    ['an offset beyond the end', 'as', '61000a'],
    ['offsets out of order', 'as', '6100620063000402 06'],
    ['padding that is not zero', '(yu)', '01 ff0000 02000000'],
    ['padding at the end that is not zero', '(uy)', '02000000 01 000001'],
    ['bytes after the last member', '(su)', '6100 0000 01000000 aa 02'],
    ['an empty variant', 'v', ''],
    ['a variant of no type', 'v', '0100'],
    ['a variant of two types', 'v', '01007575'],
    ['an offset wider than needed', 'as', `${'61'.repeat(249)}00 fa00`],
    ['a unit that is not zero', '()', '01'],
    ['a just of nothing with a mark that is not zero', 'ms', '610001'],
  ];
  for (const [what, type, bytes] of malformed) {
    it(`refuses ${what}`, () => {
      assert.throws(() => decode(type, hex(bytes)), CodecError);
    });
  }

  it('refuses types that are none', () => {
    for (const type of [
      '',
      'z',
      'a',
      '(s',
      's)',
      '{vs}',
      '{s}',
      '{sss}',
      'ss',
      'm',
      'a'.repeat(300),
      '('.repeat(100),
      'mms',
    ]) {
      assert.throws(() => parseType(type), CodecError, type);
    }
  });

  it('refuses values that do not have the type', () => {
    const wrong: readonly (readonly [string, Value])[] = [
      ['u', -1],
      ['u', 2 ** 32],
      ['y', 256],
      ['t', 5],
      ['x', 2n ** 63n],
      ['s', 'a\0b'],
      ['s', '\ud800'],
      ['as', 'text'],
      ['(ss)', ['one']],
      ['v', 'text'],
      ['ay', [1, 2]],
      ['o', 'no/path'],
      ['g', 'zz'],
    ];
    for (const [type, value] of wrong) assert.throws(() => encode(type, value), CodecError, `${type} ${value}`);
  });

  it('bounds depth and number of values', () => {
    let nested: Value = { type: 'u', value: 1 };
    for (let depth = 0; depth < 200; depth++) nested = { type: 'v', value: nested };
    assert.throws(() => encode('v', nested), /nested deeper/);
    let bytes = encode('v', { type: 'u', value: 1 });
    for (let depth = 0; depth < 200; depth++) bytes = Buffer.concat([bytes, hex('0076')]);
    assert.throws(() => decode('v', bytes), /nested deeper/);
    assert.throws(() => decode('ay', Buffer.alloc(10), { maxValues: 0 }), /more values/);
    assert.throws(() => decode('a()', Buffer.alloc(1000), { maxValues: 999 }), /more values/);
  });

  describe('for any value', () => {
    const typed = fc.letrec<{ any: readonly [string, Value]; leaf: readonly [string, Value] }>((tie) => ({
      leaf: fc.oneof(
        fc.boolean().map((value) => ['b', value] as const),
        fc.integer({ min: 0, max: 255 }).map((value) => ['y', value] as const),
        fc.integer({ min: -32_768, max: 32_767 }).map((value) => ['n', value] as const),
        fc.nat(0xffffffff).map((value) => ['u', value] as const),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => ['x', value] as const),
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) => ['t', value] as const),
        fc.double({ noNaN: true }).map((value) => ['d', value] as const),
        fc
          .string({ unit: 'grapheme' })
          .filter((text) => !text.includes('\0'))
          .map((value) => ['s', value] as const),
        fc.uint8Array({ maxLength: 300 }).map((value) => ['ay', Buffer.from(value)] as const),
      ),
      any: fc.oneof(
        { maxDepth: 4 },
        tie('leaf'),
        tie('any').map(([type, value]) => ['v', { type, value }] as const),
        tie('any').map(([type, value]) => [type.startsWith('m') ? type : `m${type}`, value] as const),
        fc
          .tuple(tie('any'), fc.nat(5))
          .map(([[type, value], count]) =>
            type === 'y'
              ? (['ay', Buffer.alloc(count, value as number)] as const)
              : ([`a${type}`, Array(count).fill(value)] as const),
          ),
        fc
          .array(tie('any'), { maxLength: 4 })
          .map(
            (members) => [`(${members.map(([type]) => type).join('')})`, members.map(([, value]) => value)] as const,
          ),
      ),
    }));

    it('reads back what it wrote', () => {
      fc.assert(
        fc.property(
          typed.any.filter(([type]) => type.length < 250),
          ([type, value]) => {
            const bytes = encode(type, value);
            assert.deepEqual(decode(type, bytes), value);
            assert.deepEqual(encode(type, decode(type, bytes)), bytes);
          },
        ),
      );
    });

    it('refuses damaged bytes or reads what they mean', () => {
      fc.assert(
        fc.property(
          typed.any.filter(([type]) => type.length < 250),
          fc.nat(),
          fc.nat(255),
          ([type, value], at, byte) => {
            let bytes: Buffer;
            try {
              bytes = encode(type, value);
            } catch {
              return;
            }
            if (bytes.length > 0) bytes[at % bytes.length] = byte;
            let read: Value;
            try {
              read = decode(type, bytes);
            } catch (error) {
              assert.ok(error instanceof CodecError, String(error));
              return;
            }
            assert.equal(encode(type, read).toString('hex'), bytes.toString('hex'));
          },
        ),
        { numRuns: 500 },
      );
    });
  });
});
