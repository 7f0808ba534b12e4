import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LAYERED_NEEDS } from '../support/layered-base.ts';
import { LayeredSystem } from '../support/layered-system.ts';
import { tinyRepository } from '../support/tiny-repository.ts';
import { missing } from '../support/tools.ts';

const notes = (version: string) => ({
  name: 'notes',
  version,
  files: { '/usr/bin/notes': `notes ${version}\n`, '/etc/notes.conf': `lines=${version}\n` },
});

describe('layers: overrides of packages of the image (needs root, apt, rpmbuild, createrepo_c, ostree, bwrap)', function () {
  this.timeout(600_000);
  let system: LayeredSystem;
  let image: string;
  let built: string;
  before(function () {
    const lacking = missing(...LAYERED_NEEDS);
    if (lacking.length > 0) {
      this.test!.parent!.title += `: no ${lacking.join(', ')}`;
      this.skip();
    }
    system = new LayeredSystem([
      { name: 'app', files: { '/usr/bin/app': 'app\n' } },
      { name: 'heir', preamble: ['Provides: toy-data'], files: { '/usr/share/toy/data': 'of heir\n' } },
      notes('4'),
      { name: 'toy', version: '5', files: { '/usr/bin/toy': 'toy 5\n' } },
    ]);
    image = system.status().checksum;
    built = join(system.directory, 'built');
    tinyRepository(built, [notes('0.5'), { name: 'stranger', files: { '/usr/bin/stranger': 'x\n' } }]);
    tinyRepository(join(built, 'third'), [notes('3')]);
    tinyRepository(join(built, 'same'), [
      { name: 'toy', files: { '/usr/bin/toy': 'toy 1\n', '/usr/share/toy/data': 'data\n' } },
    ]);
  });
  after(() => system?.[Symbol.dispose]());

  it('removes a package of the image, its files and its entry in the database', () => {
    const { diff } = system.ok('override', 'remove', 'toy');
    assert.deepEqual(diff, { upgraded: [], downgraded: [], removed: ['toy-1.0-1.noarch'], added: [] });
    assert.equal(system.has('usr/bin/toy'), false);
    assert.equal(system.has('usr/share/toy/data'), false);
    assert.match(system.rpm('-qa'), /^notes-1/m);
    assert.throws(() => system.rpm('-q', 'toy'));
    const record = system.status();
    assert.deepEqual(record['requested-base-removals'], ['toy']);
    assert.deepEqual(record['base-removals'], [['toy-1.0-1.noarch', 'toy', 0, '1.0', '1', 'noarch']]);
    assert.match(system.run('status').stdout, /RemovedBasePackages: toy 1\.0-1\n/);
    assert.match(system.origin(), /\[overrides\]\nremove=toy;\n/);
    assert.match(system.metadata('rpmostree.removed-base-packages'), /'toy-1\.0-1\.noarch'/);
    system.ostree('fsck', '--quiet');
  });

  it('leaves everything else of the image', () => {
    const changed = system.ostree('diff', image, system.status().checksum).trim().split('\n').sort();
    assert.deepEqual(changed, ['D    /usr/bin/toy', 'D    /usr/share/toy/data', 'M    /usr/share/rpm/rpmdb.sqlite']);
  });

  it('lets another package bring what the removed one had', () => {
    const { diff } = system.ok('install', 'heir');
    assert.deepEqual(diff.added, ['heir-1.0-1.noarch']);
    assert.equal(system.read('usr/share/toy/data'), 'of heir\n');
    assert.equal(system.verify('heir'), '');
    system.ok('uninstall', 'heir');
  });

  it('refuses to request what is removed, and to remove twice', () => {
    assert.equal(system.fails('install', 'toy').code, 'LAYERING_REMOVED');
    assert.equal(system.fails('override', 'remove', 'toy').code, 'LAYERING_OVERRIDE');
    assert.match(system.fails('override', 'remove', 'toy').hint, /ostrata override reset toy/);
  });

  it('refuses to remove what others need, what is no package of the image, and what is layered', () => {
    const needed = system.fails('override', 'remove', 'notes');
    assert.equal(needed.code, 'SOLVER_PROBLEM');
    assert.match(needed.message, /spell-1\.0-1\.noarch requires notes/);
    assert.match(
      system.fails('override', 'remove', 'nothing').message,
      /nothing shall be removed, and the image does not have it/,
    );
    system.ok('install', 'app');
    assert.equal(system.fails('override', 'remove', 'app').code, 'LAYERING_OVERRIDE');
    system.ok('uninstall', 'app');
  });

  it('takes a removal back', () => {
    assert.deepEqual(system.ok('override', 'reset', 'toy').diff.added, ['toy-1.0-1.noarch']);
    assert.equal(system.status().checksum, image);
    assert.equal(system.fails('override', 'reset', 'toy').code, 'LAYERING_OVERRIDE');
  });

  it('removes packages that need one another together', () => {
    const { diff } = system.ok('override', 'remove', 'notes', 'spell');
    assert.deepEqual(diff.removed, ['notes-1.0-1.noarch', 'spell-1.0-1.noarch']);
    assert.equal(system.has('usr/etc/notes.conf'), false);
    assert.deepEqual(system.ok('override', 'reset', '--all').diff.added, ['notes-1.0-1.noarch', 'spell-1.0-1.noarch']);
  });

  it('replaces a package by a file, newer or older', () => {
    const { diff } = system.ok('override', 'replace', join(built, 'third/notes-3.rpm'));
    assert.deepEqual(diff.upgraded, [{ name: 'notes', from: '1.0-1', to: '3-1' }]);
    assert.equal(system.read('usr/bin/notes'), 'notes 3\n');
    assert.equal(system.has('usr/share/notes/one'), false);
    assert.equal(system.read('usr/etc/notes.conf'), 'lines=3\n');
    assert.equal(system.verify('notes'), '');
    assert.deepEqual(system.status()['requested-base-local-replacements'], ['notes-3-1.noarch']);
    assert.match(system.run('status').stdout, /LocalOverrides: notes 1\.0-1 -> 3-1\n/);
    assert.match(system.origin(), /^replace-local=[0-9a-f]{64}:notes-3-1\.noarch;$/m);
    assert.match(system.metadata('rpmostree.replaced-base-packages'), /'notes-3-1\.noarch'.*'notes-1\.0-1\.noarch'/);
    const older = system.ok('override', 'replace', join(built, 'notes-0.5.rpm'), '--install', 'app');
    assert.deepEqual(older.diff.downgraded, [{ name: 'notes', from: '3-1', to: '0.5-1' }]);
    assert.deepEqual(older.diff.added, ['app-1.0-1.noarch']);
    assert.deepEqual(system.status()['requested-base-local-replacements'], ['notes-0.5-1.noarch']);
  });

  it('replaces a package by that of a repository', () => {
    const { diff } = system.ok('override', 'replace', 'notes', '--from', 'repo=extra', '--uninstall', 'app');
    assert.deepEqual(diff.upgraded, [{ name: 'notes', from: '0.5-1', to: '4-1' }]);
    assert.match(system.origin(), /^replace=repo=extra,notes;$/m);
    assert.doesNotMatch(system.origin(), /replace-local/);
    const record = system.status();
    assert.deepEqual(record['requested-base-remote-replacements'], [['repo=extra', ['notes']]]);
    assert.match(system.run('status').stdout, /RemoteOverrides: repo=extra: notes 1\.0-1 -> 4-1\n/);
    assert.equal(system.verify('notes'), '');
  });

  it('keeps one build of a repository, by --freeze or its whole name', () => {
    const before = system.origin();
    for (const words of [['notes', '--freeze'], ['notes-4-1.noarch']]) {
      system.ok('override', 'reset', 'notes');
      system.ok('override', 'replace', ...words, '--from', 'repo=extra');
      assert.match(system.origin(), /^replace-local=[0-9a-f]{64}:notes-4-1\.noarch;$/m);
      assert.equal(system.rpm('-q', 'notes'), 'notes-4-1.noarch');
    }
    assert.match(
      system.fails('override', 'replace', 'notes-9-1.noarch', '--from', 'repo=extra').message,
      /extra has no/,
    );
    assert.match(
      system.fails('override', 'replace', 'notes-4-1.noarch', '--from', 'repo=no').hint,
      /Enabled are: extra/,
    );
    assert.equal(system.fails('override', 'replace', 'notes', '--freeze').code, 'LAYERING_USAGE');
    system.ok('override', 'replace', 'notes', '--from', 'repo=extra');
    assert.equal(system.origin(), before);
  });

  it('refuses replacements of what the image does not have, or has', () => {
    assert.match(
      system.fails('override', 'replace', join(built, 'stranger-1.0.rpm')).message,
      /stranger shall be replaced/,
    );
    assert.match(
      system.fails('override', 'replace', join(built, 'same/toy-1.0.rpm')).message,
      /has toy-1\.0-1\.noarch already/,
    );
    assert.equal(system.fails('override', 'replace', 'toy', '--from', 'nonsense').code, 'LAYERING_USAGE');
    assert.match(system.fails('override', 'replace', 'toy', '--from', 'repo=nowhere').message, /toy/);
    assert.equal(system.fails('override', 'reset').code, 'LAYERING_USAGE');
  });

  it('keeps overrides on the next image, and rests those that have no effect on it', () => {
    system.ok('override', 'remove', 'toy');
    system.publish('2');
    system.ok('upgrade');
    const record = system.status();
    assert.equal(record['version'], '2');
    assert.equal(system.read('usr/bin/notes'), 'notes 4\n');
    // The second image has no toy.
    assert.deepEqual([record['requested-base-removals'], record['base-removals']], [['toy'], []]);
    assert.match(system.run('status', '--verbose').stdout, /InactiveBaseRemovals: toy\n/);
    assert.equal(system.ok('upgrade').status, 'unchanged');
  });

  it('resets overrides, layers, or all', () => {
    system.ok('install', 'app');
    system.ok('reset', '--overrides');
    assert.deepEqual(system.status().packages, ['app']);
    assert.deepEqual(
      [system.status()['requested-base-removals'], system.rpm('-q', 'notes')],
      [[], 'notes-1.5-1.noarch'],
    );
    system.ok('override', 'remove', 'single');
    system.ok('reset', '--overlays');
    assert.deepEqual([system.status().packages, system.status()['requested-base-removals']], [[], ['single']]);
    system.ok('reset', '--install', 'app');
    assert.deepEqual([system.status().packages, system.status()['requested-base-removals']], [['app'], []]);
    system.ok('reset');
    assert.equal(system.origin(), '[origin]\nrefspec=origin:test/stable\n');
    assert.equal(system.ok('reset').status, 'unchanged');
    system.ostree('fsck', '--quiet');
  });

  it('resets the initramfs and what it is given, and nothing else', () => {
    system.ok('reset');
    assert.equal(system.ok('reset', '--initramfs').status, 'unchanged');
    system.ok('install', 'app');
    writeFileSync(join(system.root(), 'etc/crypttab'), 'a\n');
    system.ok('initramfs-etc', '--track=/etc/crypttab');
    assert.match(system.origin(), /^initramfs-etc=\/etc\/crypttab;$/m);
    system.ok('reset', '--initramfs');
    assert.doesNotMatch(system.origin(), /initramfs/);
    assert.deepEqual(system.status().packages, ['app']);
    assert.equal(system.ok('reset', '--initramfs').status, 'unchanged');
  });

  it('seals deployments, but for OSTREE_SYSROOT_DEBUG=mutable-deployments', function () {
    const write = () => writeFileSync(join(system.root(), 'written'), '');
    system.ok('uninstall', 'app');
    process.env['OSTREE_SYSROOT_DEBUG'] = 'mutable-deployments';
    try {
      system.ok('install', 'app');
    } finally {
      delete process.env['OSTREE_SYSROOT_DEBUG'];
    }
    write();
    system.ok('uninstall', 'app');
    try {
      write();
    } catch {
      return;
    }
    this.test!.title += ': the file system has no immutable flag';
    this.skip();
  });
});
