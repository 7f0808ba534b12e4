import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ostrata } from '../../support/cli.ts';
import { hasOstree } from '../store-ostree/support.ts';
import { Images } from '../store-ostree/sysroot/support.ts';

describe('client: db (needs ostree)', function () {
  this.timeout(60_000);
  let directory = '';
  let images: Images;
  let old = '';
  let now = '';
  before(function () {
    if (!hasOstree) this.skip();
    directory = mkdtempSync(join(tmpdir(), 'ostrata-db-'));
    images = new Images(directory);
    const commit = (...packages: readonly string[][]) => {
      const rows = packages.map((pkg) => `(${pkg.map((field) => `'${field}'`).join(', ')})`);
      return images.commit('os', {}, `--add-metadata=rpmostree.rpmdb.pkglist=@a(sssss) [${rows.join(', ')}]`);
    };
    const bash = (version: string) => ['bash', '0', version, '1', 'x86_64'];
    old = commit(bash('5.1'), ['gone', '0', '1', '1', 'noarch'], ['vim', '2', '9', '3', 'x86_64']);
    now = commit(bash('5.2'), ['new', '0', '1', '1', 'noarch'], ['vim', '2', '8', '3', 'x86_64']);
  });
  after(() => {
    if (directory !== '') rmSync(directory, { recursive: true });
  });

  const db = (...argv: string[]) => {
    const { code, stdout, stderr } = ostrata(['db', ...argv, '--repo', images.repo, '-q']);
    return { code, stdout, stderr };
  };

  it('diff: blocks of what changed, in rpm-ostree’s lines', () => {
    const head = `ostree diff commit from: os^ (${old})\nostree diff commit to:   os (${now})\n`;
    assert.equal(
      db('diff', 'os^', 'os').stdout,
      `${head}Upgraded:\n  bash 5.1-1 -> 5.2-1\nDowngraded:\n  vim 2:9-3 -> 2:8-3\nRemoved:\n  gone-1-1.noarch\nAdded:\n  new-1-1.noarch\n`,
    );
    assert.equal(
      db('diff', '-F', 'diff', old, now).stdout,
      `ostree diff commit from: ${old}\nostree diff commit to:   ${now}\n!bash-5.1-1.x86_64\n=bash-5.2-1.x86_64\n-gone-1-1.noarch\n+new-1-1.noarch\n!vim-2:9-3.x86_64\n=vim-2:8-3.x86_64\n`,
    );
  });

  it('diff: rpm-ostree’s JSON', () => {
    assert.deepEqual(JSON.parse(db('diff', '--format=json', 'os^', 'os').stdout), {
      'ostree-commit-from': old,
      'ostree-commit-to': now,
      pkgdiff: [
        ['bash', 2, { PreviousPackage: ['bash', '5.1-1', 'x86_64'], NewPackage: ['bash', '5.2-1', 'x86_64'] }],
        ['gone', 1, { PreviousPackage: ['gone', '1-1', 'noarch'] }],
        ['new', 0, { NewPackage: ['new', '1-1', 'noarch'] }],
        ['vim', 3, { PreviousPackage: ['vim', '2:9-3', 'x86_64'], NewPackage: ['vim', '2:8-3', 'x86_64'] }],
      ],
    });
  });

  it('list: packages of commits, all or by patterns', () => {
    assert.equal(
      db('list', 'os', old, 'v*', 'gone').stdout,
      `ostree commit: os (${now})\n vim-2:8-3.x86_64\nostree commit: ${old}\n gone-1-1.noarch\n vim-2:9-3.x86_64\n`,
    );
    assert.match(db('list', 'nothing').stderr, /There is no commit nothing in /);
  });
});
