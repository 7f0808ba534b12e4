import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { OSTRATA } from '../support/cli.ts';
import { missing } from '../support/tools.ts';

describe('ostrata without a home (needs bwrap)', () => {
  before(function () {
    if (missing('bwrap', 'root').length > 0) this.skip();
  });

  for (const [argv, words] of [
    [['--help'], /^ +upgrade +/m],
    [['upgrade', '--help'], /--allow-downgrade/],
    [['plugins'], /store-ostree/],
  ] as const) {
    it(`ostrata ${argv.join(' ')}`, () => {
      // No user of this number is known, and the environment is empty.
      const place = ['--ro-bind', '/', '/', '--tmpfs', '/etc', '--tmpfs', '/var', '--dev', '/dev', '--proc', '/proc'];
      const { status, stdout, stderr } = spawnSync(
        'bwrap',
        [...place, '--clearenv', '--', process.execPath, OSTRATA, ...argv],
        { encoding: 'utf8' },
      );
      assert.equal(status, 0, stderr);
      assert.match(stdout, words);
      assert.equal(stderr, '');
    });
  }
});
