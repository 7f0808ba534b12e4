import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
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
      advisories: [],
    });
  });

  it('list: packages of commits, all or by patterns', () => {
    assert.equal(
      db('list', 'os', old, 'v*', 'gone').stdout,
      `ostree commit: os (${now})\n vim-2:8-3.x86_64\nostree commit: ${old}\n gone-1-1.noarch\n vim-2:9-3.x86_64\n`,
    );
    assert.match(db('list', 'nothing').stderr, /There is no commit nothing in /);
  });

  it('version: rpm-ostree’s word for the packages', () => {
    const word = createHash('sha256').update('bash-5.2-1.x86_64new-1-1.noarch2:vim-8-3.x86_64').digest('hex');
    assert.equal(db('version', 'os').stdout, `ostree commit: os (${now})\n  rpmdbv is: ${`3:${word}`.padStart(66)}\n`);
  });

  it('diff and list: security advisories that commits name, the gravest first', () => {
    const advisory = (id: string, kind: number, severity: number) =>
      `('${id}', ${kind * 2 ** 24}, ${severity * 2 ** 24}, ['bash-5.2-1.x86_64'], {'cve_references': <@a(ss) [('https://x/${id}', 'CVE-2026-1 ${id}')]>})`;
    const pkglist = `--add-metadata=rpmostree.rpmdb.pkglist=@a(sssss) [('bash', '0', '5.2', '1', 'x86_64')]`;
    const commit = (...advisories: readonly string[]) =>
      images.commit('os', {}, pkglist, `--add-metadata=rpmostree.advisories=@a(suuasa{sv}) [${advisories.join(', ')}]`);
    const before = commit(advisory('A-1', 1, 2));
    const after = commit(advisory('A-1', 1, 2), advisory('A-2', 1, 1), advisory('A-30', 1, 4), advisory('B-1', 2, 0));
    const lines = (id: string, severity: string) =>
      `    ${id.padEnd(4)}  ${severity.padEnd(9)}  bash-5.2-1.x86_64\n      CVE-2026-1 ${id}\n      https://x/${id}\n`;
    assert.equal(
      db('diff', '--advisories', before, after).stdout,
      `ostree diff commit from: ${before}\nostree diff commit to:   ${after}\n\nSecAdvisories:\n${lines('A-30', 'Critical')}${lines('A-2', 'Low')}`,
    );
    assert.equal(
      db('list', '-a', after).stdout,
      `ostree commit: ${after}\n bash-5.2-1.x86_64\n\nSecAdvisories:\n${lines('A-30', 'Critical')}${lines('A-1', 'Moderate')}${lines('A-2', 'Low')}`,
    );
    const { advisories } = JSON.parse(db('diff', '--json', before, after).stdout);
    assert.deepEqual(advisories[0], [
      'A-2',
      1,
      1,
      ['bash-5.2-1.x86_64'],
      { cve_references: [['https://x/A-2', 'CVE-2026-1 A-2']] },
    ]);
    assert.match(db('diff', '-a', '-F', 'diff', before, after).stderr, /no place|have a place/);
    assert.match(db('diff', '-c', old, now).stderr, /package database of the commit \w+ cannot be read/);
  });
});
