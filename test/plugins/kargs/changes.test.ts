import assert from 'node:assert/strict';
import { changeKargs, type KargsChanges, parseChanges } from '../../../plugins/kargs/src/changes.ts';
import { editable, editedKargs } from '../../../plugins/kargs/src/edited.ts';

const KARGS = ['root=/dev/vda1', 'console=tty0', 'console=ttyS0', 'quiet'];

describe('kargs: changes', () => {
  const good: [string, KargsChanges, readonly string[]][] = [
    ['nothing', {}, KARGS],
    ['append, also what is there', { append: ['quiet', 'a b=c'] }, [...KARGS, 'quiet', 'a b=c']],
    ['delete a key that is there once', { delete: ['quiet'] }, KARGS.slice(0, 3)],
    ['delete one value of several', { delete: ['console=tty0'] }, ['root=/dev/vda1', 'console=ttyS0', 'quiet']],
    [
      'replace a key that is there once',
      { replace: ['root=LABEL=x'.replace('LABEL=', '')] },
      ['root=x', ...KARGS.slice(1)],
    ],
    [
      'replace one value of several',
      { replace: ['console=tty0=tty1'] },
      ['root=/dev/vda1', 'console=tty1', 'console=ttyS0', 'quiet'],
    ],
    ['append what is missing', { appendIfMissing: ['quiet', 'console=hvc0', 'new=1'] }, [...KARGS, 'new=1']],
    ['delete what is there', { deleteIfPresent: ['quiet', 'absent'] }, KARGS.slice(0, 3)],
    ['another base', { base: ['x'], append: ['y'] }, ['x', 'y']],
    [
      'deletions, replacements, additions, in this order',
      { append: ['root=b'], delete: ['quiet'], replace: ['root=a'] },
      ['root=a', 'console=tty0', 'console=ttyS0', 'root=b'],
    ],
  ];
  for (const [what, changes, expected] of good) {
    it(what, () => assert.deepEqual(changeKargs(KARGS, changes), expected));
  }

  const bad: [string, KargsChanges, RegExp][] = [
    ['a key that is not there', { delete: ['absent'] }, /absent/],
    ['a value that is not there', { delete: ['console=hvc0'] }, /console=hvc0/],
    ['a key with several values', { delete: ['console'] }, /Multiple values/],
    ['a replacement of several values', { replace: ['console=x'] }, /Multiple values/],
    ['a replacement of what is not there', { replace: ['absent=x'] }, /absent/],
  ];
  for (const [what, changes, message] of bad) {
    it(`refuses ${what}, and shows what is there`, () => {
      assert.throws(
        () => changeKargs(KARGS, changes),
        (error: Error & { code: string; hint: string }) =>
          error.code === 'KARGS_CHANGE' && message.test(error.message) && error.hint.includes('console=ttyS0'),
      );
    });
  }

  it('refuses a request that is none', () => {
    assert.deepEqual(parseChanges({ append: ['a'] }), { append: ['a'] });
    for (const data of [null, [], 'a', { append: 'a' }, { append: [1] }, { apend: [] }]) {
      assert.throws(() => parseChanges(data), { code: 'KARGS_CHANGE' });
    }
  });

  it('takes what an editor gives', () => {
    assert.deepEqual(editedKargs(editable(KARGS)), KARGS);
    assert.deepEqual(editedKargs('# x\n a=1\n\n  b="c d" \n'), ['a=1', 'b="c d"']);
    assert.throws(() => editedKargs('# nothing\n'), { code: 'KARGS_EDITED' });
    assert.throws(() => editedKargs('a ostree=/x'), { code: 'KARGS_EDITED' });
  });
});
