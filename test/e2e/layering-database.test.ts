import assert from 'node:assert/strict';
import { join } from 'node:path';
import { LAYERED_NEEDS } from '../support/layered-base.ts';
import { LayeredSystem } from '../support/layered-system.ts';
import { tinyRepository } from '../support/tiny-repository.ts';
import { missing } from '../support/tools.ts';

const FIRST = '* Mon Jan 05 2026 A Person <a@example.org> - 1-1\n- First';
const SECOND = '* Tue Feb 03 2026 B Person <b@example.org> - 2-1\n- Second\n- With more';

/** A package and a sub-package, which share the changelog of their source. */
const logged = (version: string, ...changes: readonly string[]) => ({
  name: 'logged',
  version,
  files: { '/usr/bin/logged': `${version}\n`, '/usr/share/logged-data/x': `${version}\n` },
  attributes: ['/usr/bin/logged', '%files data', '/usr/share/logged-data/x'],
  sections: `%package data\nSummary: data\n%description data\nData.\n%changelog\n${changes.join('\n\n')}\n`,
});

describe('db: packages of layered trees (needs root, apt, rpmbuild, createrepo_c, ostree, bwrap)', function () {
  this.timeout(300_000);
  let system: LayeredSystem;
  let commits: readonly string[];
  before(function () {
    const lacking = missing(...LAYERED_NEEDS);
    if (lacking.length > 0) {
      this.test!.parent!.title += `: no ${lacking.join(', ')}`;
      this.skip();
    }
    system = new LayeredSystem([{ name: 'plain', files: { '/usr/bin/plain': 'plain\n' } }]);
    tinyRepository(join(system.directory, 'logged'), [logged('1', FIRST), logged('2', SECOND, FIRST)]);
    const files = (version: string) =>
      ['logged', 'logged-data'].map((name) => join(system.directory, 'logged', `${name}-${version}.rpm`));
    const one = system.ok('install', 'plain', ...files('1')).checksum;
    const two = system.ok('install', ...files('2'), '--uninstall', 'logged', '--uninstall', 'logged-data').checksum;
    commits = [one, two];
  });
  after(() => system?.[Symbol.dispose]());

  const db = (...words: string[]) => system.run('db', ...words).stdout;

  it('diff --changelogs: what is new since the older build, once for packages of one source', () => {
    const [one = '', two = ''] = commits;
    assert.equal(
      db('diff', one, two, '--changelogs'),
      [
        `ostree diff commit from: ${one}\nostree diff commit to:   ${two}\nUpgraded:\n`,
        '  logged 1-1 -> 2-1\n  logged-data 1-1 -> 2-1\n',
        '    * Tue Feb 03 2026 B Person <b@example.org> - 2-1\n    - Second\n    - With more\n\n',
      ].join(''),
    );
    assert.match(
      db('diff', two, one, '--changelogs'),
      /Downgraded:\n {2}logged 2-1 -> 1-1\n {2}logged-data 2-1 -> 1-1\n$/,
    );
    const { changelogs, pkgdiff } = JSON.parse(db('diff', one, two, '--changelogs', '--json'));
    assert.equal(pkgdiff.length, 2);
    assert.deepEqual(Object.keys(changelogs), ['logged-data']);
    assert.equal(changelogs['logged-data'][0].text, '- Second\n- With more');
  });

  it('diff: the image below the layers has not changed', () => {
    const { pkgdiff } = JSON.parse(db('diff', `${commits[0]}^`, `${commits[1]}^`, '--json'));
    assert.deepEqual(pkgdiff, []);
  });

  it('list: what rpm lists of the tree', () => {
    const rpm = system.rpm('-qa', '--qf', ' %{NEVRA}\n').split('\n');
    const listed = db('list', commits[1]!).split('\n').slice(1, -1);
    assert.deepEqual(listed.toSorted(), rpm.map((line) => ` ${line.trim()}`).toSorted());
    assert.equal(
      db('list', commits[1]!, 'logged*'),
      `ostree commit: ${commits[1]}\n logged-2-1.noarch\n logged-data-2-1.noarch\n`,
    );
  });

  it('version: differs where packages do', () => {
    const words = [
      ...db('version', commits[0]!, commits[1]!, `${commits[0]}^`, `${commits[1]}^`).matchAll(
        /rpmdbv is: +(\d+:\w{64})$/gm,
      ),
    ];
    const [one, two, base, again] = words.map((match) => match[1]);
    assert.notEqual(one, two);
    assert.equal(base, again);
    assert.equal(Number.parseInt(one!, 10), Number.parseInt(base!, 10) + 3);
  });
});
