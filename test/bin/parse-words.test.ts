import assert from 'node:assert/strict';
import { type ParsedVerb, parseWords } from '../../bin/src/plugins/parse-words.ts';

describe('parseWords', () => {
  const verb = {
    id: 'do it',
    summary: 'Does it',
    args: [
      { name: 'first', summary: 'One', required: true },
      { name: 'others', summary: 'More', required: false, multiple: true },
    ],
    flags: {
      force: { kind: 'boolean', char: 'f', summary: 'Also' },
      count: { kind: 'integer', summary: 'How often', default: 2 },
      add: { kind: 'string', char: 'a', multiple: true, summary: 'What' },
      how: { kind: 'string', options: ['well', 'badly'], summary: 'How' },
    },
    run: async () => ({ data: null, text: '' }),
  } satisfies ParsedVerb;
  const common = { json: false, quiet: false, verbose: false };

  it('takes flags in all plain forms, arguments and defaults', () => {
    assert.deepEqual(parseWords(verb, ['x', '--add=a=b', '-a', 'c', '-f', 'y', '--how', 'well', 'z', '--json']), {
      args: { first: 'x', others: ['y', 'z'] },
      flags: { ...common, add: ['a=b', 'c'], force: true, how: 'well', count: 2, json: true },
    });
    assert.deepEqual(parseWords(verb, ['x', '--count=5', '--config', 'f']), {
      args: { first: 'x', others: [] },
      flags: { ...common, force: false, count: 5, config: ['f'] },
    });
  });

  it('leaves to others what is no plain command line', () => {
    const wrong = [
      [],
      ['x', '--help'],
      ['x', '--nonsense'],
      ['x', '-z'],
      ['x', '--force=yes'],
      ['x', '--count', 'two'],
      ['x', '--count', '-1'],
      ['x', '--how', 'so'],
      ['x', '--how', 'well', '--how', 'badly'],
      ['x', '--how'],
      ['x', '--how='],
      ['x', '-fa', 'y'],
      ['x', '--', '-y'],
      ['x', '-'],
      ['x', '--constructor'],
    ];
    for (const words of wrong) assert.equal(parseWords(verb, words), undefined, words.join(' '));
    const single = { ...verb, args: verb.args.slice(0, 1) };
    assert.equal(parseWords(single, ['x', 'y']), undefined);
    const needy = { ...verb, flags: { name: { kind: 'string', summary: 'N', required: true } } } satisfies ParsedVerb;
    assert.equal(parseWords(needy, ['x']), undefined);
  });
});
