import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LAYERED_NEEDS } from '../support/layered-base.ts';
import { LayeredSystem } from '../support/layered-system.ts';
import { tinyRepository } from '../support/tiny-repository.ts';
import { missing } from '../support/tools.ts';

const APP = { name: 'app', files: { '/usr/bin/app': 'app 1\n', '/etc/app.conf': 'app=1\n' } };
const PACKAGES = [
  // The second image has it.
  { name: 'single', files: { '/usr/bin/single': 'single\n', '/usr/share/single/data': 'data\n' } },
  APP,
  { name: 'playful', files: { '/usr/bin/playful': 'x\n' } },
  // Only the first image has toy.
  { name: 'playing', preamble: ['Requires: toy'], files: { '/usr/bin/playing': 'x\n' } },
];

describe('layers: when the image changes (needs root, apt, rpmbuild, createrepo_c, ostree, bwrap)', function () {
  this.timeout(600_000);
  let system: LayeredSystem;
  let images: string[];
  before(function () {
    const lacking = missing(...LAYERED_NEEDS);
    if (lacking.length > 0) {
      this.test!.parent!.title += `: no ${lacking.join(', ')}`;
      this.skip();
    }
    system = new LayeredSystem(PACKAGES);
    images = [system.status().checksum];
  });
  after(() => system?.[Symbol.dispose]());

  it('deploys nothing when neither the image nor the packages changed', () => {
    system.ok('install', 'single', 'app');
    const before = system.admin('status');
    assert.equal(system.ok('upgrade').status, 'unchanged');
    assert.equal(system.run('upgrade', '--unchanged-exit-77').code, 77);
    assert.equal(system.run('upgrade', '--check').code, 77);
    assert.equal(system.admin('status'), before);
  });

  it('brings a newer build of a package without a newer image', () => {
    tinyRepository(join(system.directory, 'extra'), [
      { ...APP, version: '2', files: { ...APP.files, '/usr/bin/app': 'app 2\n' } },
    ]);
    const { diff } = system.ok('upgrade');
    assert.deepEqual(diff.upgraded, [{ name: 'app', from: '1.0-1', to: '2-1' }]);
    assert.equal(system.status()['base-checksum'], images[0]);
    assert.equal(system.read('usr/bin/app'), 'app 2\n');
    assert.equal(system.verify('app'), '');
  });

  it('does no layering for kernel arguments', () => {
    const { checksum } = system.status();
    system.ok('kargs', '--append=quiet');
    assert.equal(system.status().checksum, checksum);
    assert.deepEqual(system.status()['requested-packages'], ['single', 'app']);
  });

  it('shows with --preview what an upgrade would change, layers included', () => {
    images.push(system.publish('2'));
    const preview = JSON.parse(system.run('upgrade', '--preview', '--json').stdout);
    assert.equal(preview.status, 'available');
    assert.equal(preview.version, '2');
    assert.deepEqual(preview.diff.upgraded, [{ name: 'notes', from: '1.0-1', to: '1.5-1' }]);
    assert.deepEqual([preview.diff.removed, preview.diff.added], [['toy-1.0-1.noarch'], []]);
  });

  it('keeps the layers on the new image, and lets a request rest that the image fulfils', () => {
    const app = system.ostree('rev-parse', 'rpmostree/pkg/app/2-1.noarch');
    const objects = join(system.repo, 'objects', app.slice(0, 2), `${app.slice(2).trim()}.commit`);
    const { ino } = statSync(objects);
    system.ok('upgrade');
    const record = system.status();
    assert.equal(record['base-checksum'], images[1]);
    assert.deepEqual(record['requested-packages'], ['single', 'app']);
    assert.deepEqual(record.packages, ['app']);
    assert.equal(system.read('usr/bin/app'), 'app 2\n');
    assert.equal(system.read('usr/bin/notes'), 'notes 1.5\n');
    assert.equal(system.rpm('-q', 'single'), 'single-1.0-1.noarch');
    assert.match(system.run('status', '--verbose').stdout, /InactiveRequests: single\n/);
    // What was imported once is used again.
    assert.equal(statSync(objects).ino, ino);
    assert.equal(system.verify('app'), '');
  });

  it('keeps the images below layers in the repository', () => {
    const bases = system.ostree('refs', '--list', 'rpmostree/base').trim().split('\n');
    assert.deepEqual(
      bases.map((ref) => system.ostree('rev-parse', `rpmostree/${ref.replace(/^rpmostree\//, '')}`).trim()).sort(),
      [...images].sort(),
    );
    system.ostree('prune', '--refs-only');
    system.ostree('fsck', '--quiet');
    assert.equal(system.status(1)['base-checksum'], images[0]);
  });

  it('keeps imports of packages that a deployment has, and no others', () => {
    const imports = () => [...system.ostree('refs').matchAll(/^rpmostree\/pkg\/(\S+)$/gm)].map(([, ref]) => ref).sort();
    assert.deepEqual(imports(), ['app/2-1.noarch', 'single/1.0-1.noarch']);
    system.ok('install', 'playful', '--download-only');
    assert.ok(imports().includes('playful/1.0-1.noarch'));
    system.ok('kargs', '--append=debug');
    assert.deepEqual(imports(), ['app/2-1.noarch', 'single/1.0-1.noarch']);
  });

  it('goes back to the image of before, where the request is active again', () => {
    system.ok('deploy', images[0]!, '--skip-branch-check');
    assert.deepEqual(system.status().packages, ['app', 'single']);
    assert.equal(system.rpm('-q', 'single'), 'single-1.0-1.noarch');
    system.ok('rollback');
    assert.equal(system.status()['base-checksum'], images[1]);
    assert.deepEqual(system.status().packages, ['app']);
  });

  it('refuses an image that lacks what a layer needs, and leaves all as it is', () => {
    system.ok('rollback');
    system.ok('install', 'playing');
    const error = system.fails('upgrade');
    assert.equal(error.code, 'SOLVER_PROBLEM');
    assert.match(error.message, /nothing provides toy/);
    assert.match(error.message, /"playing" cannot be installed/);
    assert.equal(system.status()['base-checksum'], images[0]);
    system.ostree('fsck', '--quiet');
  });

  it('upgrades without that layer, with another one in its place, in one transaction', () => {
    const { diff } = system.ok('upgrade', '--uninstall', 'playing', '--uninstall', 'app', '--install', '/usr/bin/app');
    assert.deepEqual(diff.removed, ['playing-1.0-1.noarch', 'toy-1.0-1.noarch']);
    assert.deepEqual(system.status().packages, ['/usr/bin/app']);
    assert.equal(system.status()['base-checksum'], images[1]);
  });

  it('takes the layers along to another branch', () => {
    system.ok('rebase', `${system.base.repo}:test/stable-1`);
    const record = system.status();
    assert.equal(record['origin'], 'test/stable-1');
    assert.deepEqual(record.packages, ['/usr/bin/app', 'single']);
    assert.match(system.origin(), /^baserefspec=test\/stable-1$/m);
  });

  it('makes a deployment that waits for permission with --lock-finalization only where one is staged', () => {
    const { deployment } = system.ok('uninstall', 'single', '--lock-finalization');
    assert.ok(deployment.startsWith('os-'));
    assert.equal(existsSync(join(system.directory, 'sysroot/run')), false);
  });
});
