import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ostrata } from '../../../support/cli.ts';
import { sharedData } from '../../../support/shared.ts';
import { missing } from '../../../support/tools.ts';

/** Queries to which both give the same sets; of the features' repositories, which have several versions, sources and weak dependencies. */
const QUERIES: readonly (readonly [repository: string, ...args: string[]])[] = [
  ['dnf-ci-fedora', '*'],
  ['dnf-ci-fedora', 'GLIBC*.x86_64', '--nvr'],
  ['dnf-ci-fedora', '--whatrequires', 'glibc'],
  ['dnf-ci-fedora', '--whatrequires', 'setup', '--recursive'],
  ['dnf-ci-fedora', '--whatprovides', 'glibc >= 2'],
  ['dnf-ci-fedora', '--requires', '--resolve', 'lame'],
  ['dnf-ci-fedora', '--provides', 'g*'],
  ['dnf-ci-fedora', '-i', 'wget'],
  ['dnf-ci-fedora', '-s', '*'],
  ['dnf-ci-fedora', '--srpm', 'wget'],
  ['dnf-ci-fedora', '--location', 'wget'],
  ['repoquery-files', '-l', '--arch', 'x86_64', '*'],
  ['repoquery-files', '--whatprovides', '*'],
  ['repoquery-main', '--latest-limit', '1', '*'],
  ['repoquery-weak-deps', '--whatdepends', 'b*'],
  ['repoquery-weak-deps', '--whatsupplements', '*'],
  ['repoquery-weak-deps', '--recommends', '*'],
  ['repoquery-rich-deps', '--whatrequires', 'b*'],
  ['install-remove-multilib', '--qf', '%{name} %{epoch} %{arch} %{repoid} %{size}', '*'],
];

describe('ostrata repoquery beside dnf (needs dnf and shared data)', function () {
  this.timeout(120_000);
  let folder: string;
  before(function () {
    if (missing('dnf').length > 0 || sharedData('solver', 'dnf-behave', 'repos') === undefined) this.skip();
    folder = mkdtempSync(join(tmpdir(), 'ostrata-query-'));
    writeFileSync(join(folder, 'dnf.conf'), '[main]\n');
    writeFileSync(join(folder, 'ostrata.yaml'), `cache: ${folder}/cache\nstate: ${folder}/state\n`);
  });
  after(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  const linesOf = (text: string) => [...new Set(text.split('\n').map((line) => line.trimEnd()))].sort();

  for (const [repository, ...args] of QUERIES) {
    it(`${args.join(' ')} of ${repository}`, () => {
      const path = sharedData('solver', 'dnf-behave', 'repos', repository)!;
      const common = [`--repofrompath=${repository},${path}`, `--repo=${repository}`];
      const options = [
        'quiet',
        `config=${folder}/dnf.conf`,
        'setopt=reposdir=/nonexistent',
        `setopt=cachedir=${folder}/dnf`,
      ];
      const dnf = spawnSync(
        'dnf',
        [...options.map((option) => `--${option}`), ...common, 'repoquery', '--disable-modular-filtering', ...args],
        { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8' } },
      );
      assert.equal(dnf.status, 0, dnf.stderr);
      const own = ostrata(['repoquery', '--quiet', '--config', join(folder, 'ostrata.yaml'), ...common, ...args]);
      assert.equal(own.code, 0, own.stderr);
      assert.deepEqual(linesOf(own.stdout), linesOf(dnf.stdout));
    });
  }

  it('a package that is not there is no error for either, an unknown repository is', () => {
    const path = sharedData('solver', 'dnf-behave', 'repos', 'dnf-ci-fedora')!;
    const common = [`--repofrompath=x,${path}`, '--setopt=reposdir=/nonexistent', `--config=${folder}/dnf.conf`];
    const status = (...args: string[]) => spawnSync('dnf', ['-q', ...common, ...args]).status;
    const own = (...args: string[]) =>
      ostrata(['repoquery', '-q', '--config', join(folder, 'ostrata.yaml'), `--repofrompath=x,${path}`, ...args]).code;
    assert.equal(own('--repo=x', 'nothere'), status('--repo=x', 'repoquery', 'nothere'));
    assert.equal(own('--repo=y', 'nothere'), status('--repo=y', 'repoquery', 'nothere'));
  });
});
