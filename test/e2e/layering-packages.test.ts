import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LAYERED_NEEDS } from '../support/layered-base.ts';
import { LayeredSystem } from '../support/layered-system.ts';
import { missing, tool } from '../support/tools.ts';

const PACKAGES = [
  { name: 'single', files: { '/usr/bin/single': 'single\n', '/usr/share/single/data': 'data\n' } },
  { name: 'app', preamble: ['Requires: library'], files: { '/usr/bin/app': 'app\n', '/etc/app.conf': 'app=1\n' } },
  { name: 'library', preamble: ['Provides: engine = 3'], files: { '/usr/lib/library/core': 'core\n' } },
  { name: 'globbed-one', files: { '/usr/bin/globbed-one': '1\n' } },
  { name: 'globbed-two', files: { '/usr/bin/globbed-two': '2\n' } },
  { name: 'inpath', files: { '/usr/share/inpath/deep/file': 'x\n', '/usr/bin/inpath': 'x\n' } },
  { name: 'grouped', files: { '/usr/bin/grouped': 'x\n' } },
  { name: 'lonely', preamble: ['Requires: nowhere'], files: { '/usr/bin/lonely': 'x\n' } },
  { name: 'clashing', files: { '/usr/bin/toy': 'not the toy of the image\n' } },
  { name: 'rival', files: { '/usr/bin/single': 'not the one of single\n' } },
  { name: 'newer-notes', preamble: ['Requires: notes >= 9'], files: { '/usr/bin/newer-notes': 'x\n' } },
  { name: 'notes', version: '9', files: { '/usr/bin/notes': 'notes 9\n' } },
  { name: 'toyless', preamble: ['Conflicts: toy'], files: { '/usr/bin/toyless': 'x\n' } },
  { name: 'successor', preamble: ['Obsoletes: toy'], files: { '/usr/bin/successor': 'x\n' } },
];

const GROUP =
  '<comps><group><id>things</id><name>Things</name><packagelist><packagereq type="mandatory">grouped</packagereq></packagelist></group></comps>';

describe('layers: packages of repositories (needs root, apt, rpmbuild, createrepo_c, ostree, bwrap)', function () {
  this.timeout(600_000);
  let system: LayeredSystem;
  before(function () {
    const lacking = missing(...LAYERED_NEEDS);
    if (lacking.length > 0) {
      this.test!.parent!.title += `: no ${lacking.join(', ')}`;
      this.skip();
    }
    system = new LayeredSystem(PACKAGES);
    const extra = join(system.directory, 'extra');
    writeFileSync(join(system.directory, 'comps.xml'), GROUP);
    tool(['createrepo_c', '-q', '-g', join(system.directory, 'comps.xml'), extra]);
  });
  after(() => system?.[Symbol.dispose]());

  it('only says with --dry-run what would come, and downloads only with --download-only', () => {
    const before = system.admin('status');
    const dry = system.ok('install', 'app', '--dry-run');
    assert.equal(dry.status, 'dry-run');
    assert.deepEqual(dry.diff.added, ['app-1.0-1.noarch', 'library-1.0-1.noarch']);
    assert.equal(system.ostree('refs', '--list', 'rpmostree/pkg').trim(), '');
    const loaded = system.ok('install', 'single', '--download-only');
    assert.equal(loaded.status, 'downloaded');
    assert.deepEqual(loaded.packages, ['single-1.0-1.noarch']);
    assert.match(system.ostree('refs'), /^rpmostree\/pkg\/single\/1\.0-1\.noarch$/m);
    assert.equal(system.admin('status'), before);
  });

  it('deploys the image with the package, which rpm knows and verifies', () => {
    const image = system.status().checksum;
    const result = system.ok('install', 'single', '--cache-only');
    assert.deepEqual(result.diff, { upgraded: [], downgraded: [], removed: [], added: ['single-1.0-1.noarch'] });
    assert.equal(system.read('usr/bin/single'), 'single\n');
    assert.equal(system.rpm('-q', 'single'), 'single-1.0-1.noarch');
    assert.equal(system.rpm('-qf', '/usr/share/single/data'), 'single-1.0-1.noarch');
    assert.equal(system.verify('single'), '');
    assert.equal(system.has('usr/bin/single', 1), false);
    assert.equal(system.ostree('rev-parse', `${result.checksum}^`).trim(), image);
    system.ostree('fsck', '--quiet');
  });

  it('keeps the request in the origin, as rpm-ostree writes it', () => {
    assert.equal(system.origin(), '[origin]\nbaserefspec=origin:test/stable\n\n[packages]\nrequested=single;\n');
  });

  it('tells in the commit and in status what was done to which image', () => {
    assert.equal(system.metadata('rpmostree.clientlayer'), 'true');
    assert.equal(system.metadata('rpmostree.clientlayer_version'), 'uint32 100663296');
    assert.equal(system.metadata('rpmostree.packages'), "['single']");
    assert.equal(system.metadata('rpmostree.modules'), '@as []');
    assert.equal(system.metadata('rpmostree.removed-base-packages'), '@av []');
    assert.equal(system.metadata('version'), "'1'");
    assert.match(system.metadata('rpmostree.rpmmd-repos'), /'id': <'extra'>/);
    assert.match(system.metadata('rpmostree.rpmdb.pkglist'), /\('single', '0', '1\.0', '1', 'noarch'\)/);
    assert.match(system.metadata('rpmostree.state-sha512'), /^'[0-9a-f]{128}'$/);
    const record = system.status();
    assert.deepEqual(record['requested-packages'], ['single']);
    assert.deepEqual(record.packages, ['single']);
    assert.equal(record['base-checksum'], system.status(1).checksum);
    assert.equal((record['base-commit-meta'] as { version: string }).version, '1');
    const text = system.run('status').stdout;
    assert.match(text, /LayeredPackages: single\n/);
    assert.match(text, /BaseCommit: [0-9a-f]{64}\n/);
  });

  it('leaves all of the image as it is', () => {
    const [layered, image] = [system.status().checksum, system.status(1).checksum];
    const changed = system.ostree('diff', image, layered).trim().split('\n').sort();
    assert.deepEqual(changed, [
      'A    /usr/bin/single',
      'A    /usr/share/single',
      'A    /usr/share/single/data',
      'M    /usr/share/rpm/rpmdb.sqlite',
    ]);
  });

  it('brings what a package needs, and its defaults into /etc', () => {
    const { diff } = system.ok('install', 'app');
    assert.deepEqual(diff.added, ['app-1.0-1.noarch', 'library-1.0-1.noarch']);
    assert.deepEqual(system.status().packages, ['app', 'single']);
    assert.equal(system.read('etc/app.conf'), 'app=1\n');
    assert.equal(system.read('usr/etc/app.conf'), 'app=1\n');
    for (const name of ['app', 'library', 'single']) assert.equal(system.verify(name), '');
  });

  it('refuses what is requested already, unless that is no error', () => {
    const error = system.fails('install', 'single');
    assert.equal(error.code, 'LAYERING_REQUESTED');
    assert.match(error.message, /single is requested already/);
    assert.match(error.hint, /--idempotent/);
    const before = system.admin('status');
    assert.equal(system.ok('install', 'single', '--idempotent').status, 'unchanged');
    assert.equal(system.run('install', 'single', '--idempotent', '--unchanged-exit-77').code, 77);
    assert.equal(system.admin('status'), before);
  });

  it('takes a dependency that is now requested as a request', () => {
    system.ok('install', 'library');
    system.ok('uninstall', 'app');
    assert.deepEqual(system.status().packages, ['library', 'single']);
    assert.equal(system.rpm('-q', 'library'), 'library-1.0-1.noarch');
    assert.equal(system.has('usr/bin/app'), false);
  });

  it('installs by provide, path, path outside of primary metadata, NEVRA, pattern and group', () => {
    system.ok('uninstall', 'library', 'single');
    const requests = [
      'engine >= 2',
      '/usr/bin/app',
      '/usr/share/inpath/deep/file',
      'single-1.0-1.noarch',
      'globbed-*',
      '@things',
    ];
    const { diff } = system.ok('install', ...requests);
    assert.deepEqual(diff.added, [
      'app-1.0-1.noarch',
      'globbed-one-1.0-1.noarch',
      'globbed-two-1.0-1.noarch',
      'grouped-1.0-1.noarch',
      'inpath-1.0-1.noarch',
      'library-1.0-1.noarch',
      'single-1.0-1.noarch',
    ]);
    assert.deepEqual(system.status()['requested-packages'], requests);
    assert.deepEqual(system.status().packages, [...requests].sort());
    assert.match(system.origin(), /^requested=engine >= 2;\/usr\/bin\/app;/m);
  });

  it('uninstalls in the words of the request, several at a time, and installs in the same transaction', () => {
    assert.match(system.fails('uninstall', 'inpath').message, /inpath is not requested/);
    assert.match(system.fails('uninstall', 'inpath').hint, /\/usr\/share\/inpath\/deep\/file/);
    const { diff } = system.ok(
      'uninstall',
      '/usr/bin/app',
      'engine >= 2',
      '@things',
      'globbed-*',
      '--install',
      'inpath',
    );
    assert.deepEqual(diff.removed, [
      'app-1.0-1.noarch',
      'globbed-one-1.0-1.noarch',
      'globbed-two-1.0-1.noarch',
      'grouped-1.0-1.noarch',
      'library-1.0-1.noarch',
    ]);
    const { diff: other } = system.ok('install', 'globbed-two', '--uninstall', 'single-1.0-1.noarch');
    assert.deepEqual([other.added, other.removed], [['globbed-two-1.0-1.noarch'], ['single-1.0-1.noarch']]);
    assert.equal(system.ok('uninstall', 'never-there', '--idempotent').status, 'unchanged');
  });

  it('is the image again once all is uninstalled', () => {
    const image = system.status()['base-checksum'];
    system.ok('uninstall', '--all');
    const record = system.status();
    assert.equal(record.checksum, image);
    assert.equal(record['base-checksum'], undefined);
    assert.equal(system.origin(), '[origin]\nrefspec=origin:test/stable\n');
    assert.match(system.admin('status'), /origin refspec: origin:test\/stable/);
    assert.equal(system.ok('uninstall', '--all').status, 'unchanged');
  });

  it('takes a tree that is there already when the same is asked for again', () => {
    const { checksum } = system.ok('install', 'single');
    system.ok('install', 'library');
    const again = system.ok('uninstall', 'library');
    assert.equal(again.checksum, checksum);
    assert.match(again.deployment, /\.1$/);
    assert.deepEqual(again.diff.removed, ['library-1.0-1.noarch']);
    assert.deepEqual(system.status().packages, ['single']);
    system.ok('uninstall', 'single');
  });

  it('refuses what the image has, unless it shall wait for the day when it has it no more', () => {
    const error = system.fails('install', 'toy');
    assert.equal(error.code, 'LAYERING_PROVIDED');
    assert.match(error.message, /"toy" is already provided by the image: toy-1\.0-1\.noarch/);
    assert.match(error.hint, /--allow-inactive/);
    assert.equal(system.fails('install', '/usr/bin/toy').code, 'LAYERING_PROVIDED');
    assert.equal(system.fails('install', 'toy-1.0-1.noarch', 'app').code, 'LAYERING_PROVIDED');
    const { checksum } = system.status();
    system.ok('install', 'toy', '--allow-inactive');
    const record = system.status();
    assert.deepEqual([record.checksum, record.packages, record['requested-packages']], [checksum, [], ['toy']]);
    assert.match(system.run('status', '--verbose').stdout, /InactiveRequests: toy\n/);
    system.ok('uninstall', 'toy');
  });

  it('never changes packages of the image, and says which request would, and how to allow it', () => {
    for (const [request, why] of [
      [
        'newer-notes',
        /"newer-notes" cannot be installed.*newer-notes-1\.0-1\.noarch requires notes >= 9.*notes-1\.0-1\.noarch/,
      ],
      ['toyless', /"toyless" cannot be installed.*conflicts with toy/],
      ['successor', /"successor" cannot be installed.*obsoletes toy/],
    ] as const) {
      const error = system.fails('install', request);
      assert.equal(error.code, 'SOLVER_PROBLEM');
      assert.match(error.message, why);
      assert.match(error.hint, /Override .*(notes|toy).*ostrata override/);
      assert.match(error.hint, new RegExp(`leave out "${request}"`));
    }
  });

  it('names what is missing, and files that two packages have', () => {
    assert.match(system.fails('install', 'lonely').message, /nothing provides nowhere/);
    assert.match(system.fails('install', 'no-such-package').message, /No package is called "no-such-package"/);
    const clash = system.fails('install', 'clashing');
    assert.equal(clash.code, 'OVERLAY_CONFLICT');
    assert.match(clash.message, /clashing-1\.0-1\.noarch and the base image both have \/usr\/bin\/toy/);
    assert.match(system.fails('install', 'rival', 'single').message, /both have \/usr\/bin\/single/);
    assert.equal(system.has('usr/bin/clashing'), false);
    system.ostree('fsck', '--quiet');
  });

  it('refuses flags that exclude one another and words that are none', () => {
    assert.equal(system.fails('install', 'app', '--reboot', '--dry-run').code, 'LAYERING_USAGE');
    assert.equal(system.fails('uninstall').code, 'LAYERING_USAGE');
    assert.equal(system.fails('uninstall', 'app', '--all').code, 'LAYERING_USAGE');
  });
});
