import assert from 'node:assert/strict';
import { parseDateTime } from '../../../../plugins/store-ostree/src/cli/datetime.ts';
import { parseOptions } from '../../../../plugins/store-ostree/src/cli/options.ts';
import type { OptionSpec } from '../../../../plugins/store-ostree/src/cli/verb.ts';
import { encode } from '../../../../plugins/store-ostree/src/codec/gvariant/index.ts';
import { parseVariant } from '../../../../plugins/store-ostree/src/codec/gvariant-text/parse.ts';
import { printVariant } from '../../../../plugins/store-ostree/src/codec/gvariant-text/print.ts';

const SPECS: readonly OptionSpec[] = [
  { name: 'all', char: 'a', kind: 'flag', summary: '' },
  { name: 'branch', char: 'b', kind: 'text', summary: '' },
  { name: 'tree', kind: 'list', summary: '' },
  { name: 'depth', kind: 'count', summary: '' },
];

describe('the option parser', () => {
  const parse = (...argv: string[]) => parseOptions(SPECS, argv);

  it('takes options anywhere, with = or the next word', () => {
    const { options, args } = parse('x', '--branch=a=b', 'y', '--tree', 'one', '--tree=two', '-a', '--depth=-1');
    assert.deepEqual(args, ['x', 'y']);
    assert.equal(options.text('branch'), 'a=b');
    assert.deepEqual(options.list('tree'), ['one', 'two']);
    assert.equal(options.flag('all'), true);
    assert.equal(options.count('depth', 0), -1);
  });

  it('takes a value after a flag, and does not look at it', () => {
    assert.equal(parse('--all=false').options.flag('all'), true);
  });

  it('takes short options together and with their value', () => {
    assert.equal(parse('-abmain').options.text('branch'), 'main');
    assert.equal(parse('-ab', 'main').options.text('branch'), 'main');
  });

  it('leaves alone what follows --', () => {
    assert.deepEqual(parse('-a', '--', '-b', '--', 'x').args, ['-b', '--', 'x']);
  });

  it('refuses what it does not know, lacks a value or is no number', () => {
    assert.throws(() => parse('--unknown=x'), { message: 'Unknown option --unknown=x' });
    assert.throws(() => parse('-x'), { message: 'Unknown option -x' });
    assert.throws(() => parse('--branch'), { message: 'Missing argument for --branch' });
    assert.throws(() => parse('--depth=x'), { message: 'Cannot parse integer value “x” for --depth' });
  });
});

describe('points in time', () => {
  it('are read as GNU programs read them', () => {
    const now = new Date('2026-03-10T12:00:00Z');
    const seconds = (text: string) => Date.parse(text) / 1000;
    assert.equal(parseDateTime('@1234'), 1234);
    assert.equal(parseDateTime('2005-10-29 12:43:29 +0000'), seconds('2005-10-29T12:43:29Z'));
    assert.equal(parseDateTime('2005-10-29T12:43:29+02:00'), seconds('2005-10-29T10:43:29Z'));
    assert.equal(parseDateTime('2005-10-29T12:43Z'), seconds('2005-10-29T12:43:00Z'));
    assert.equal(parseDateTime('Sat, 29 Oct 2005 12:43:29 +0000'), seconds('2005-10-29T12:43:29Z'));
    assert.equal(parseDateTime('2 weeks ago', now), seconds('2026-02-24T12:00:00Z'));
    assert.equal(parseDateTime('-3 days', now), seconds('2026-03-07T12:00:00Z'));
    assert.equal(parseDateTime('1 month ago', now), seconds('2026-02-10T12:00:00Z'));
    assert.equal(parseDateTime('nonsense'), undefined);
    assert.equal(parseDateTime(''), undefined);
  });
});

describe('the text format of GVariant', () => {
  for (const text of [
    "'text'",
    '"it\'s"',
    'true',
    '5',
    'uint64 18446744073709551615',
    'int16 -3',
    'byte 0x1f',
    '0.5',
    "['a', 'b']",
    '@as []',
    '[uint32 1, 2]',
    "{'a': <1>, 'b': <'x'>}",
    "(1, 'x', <uint16 2>)",
    '(true,)',
    "b'bytes'",
    '@ay []',
    '@mi nothing',
  ]) {
    it(`reads and prints ${text}`, () => {
      const parsed = parseVariant(text);
      encode(parsed.type, parsed.value);
      assert.equal(printVariant(parsed), text);
    });
  }

  for (const text of [
    '',
    '[',
    '[]',
    "'open",
    '{1}',
    'uint16 70000',
    "[1, 'x']",
    '5 6',
    'word',
    '@q -1',
    `${'['.repeat(80)}1`,
  ]) {
    it(`refuses ${JSON.stringify(text.slice(0, 20))}`, () => {
      assert.throws(() => parseVariant(text), { name: 'CodecError' });
    });
  }
});
