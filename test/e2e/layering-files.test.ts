import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { LAYERED_NEEDS } from '../support/layered-base.ts';
import { LayeredSystem } from '../support/layered-system.ts';
import { tinyRepository } from '../support/tiny-repository.ts';
import { missing, tool } from '../support/tools.ts';

const MINE = { name: 'mine', preamble: ['Requires: library'], files: { '/usr/bin/mine': 'mine 1\n' } };

describe('layers: package files (needs root, apt, rpmbuild, createrepo_c, ostree, bwrap)', function () {
  this.timeout(600_000);
  let system: LayeredSystem;
  let built: string;
  const file = (name: string) => join(built, name);
  before(function () {
    const lacking = missing(...LAYERED_NEEDS);
    if (lacking.length > 0) {
      this.test!.parent!.title += `: no ${lacking.join(', ')}`;
      this.skip();
    }
    system = new LayeredSystem([{ name: 'library', files: { '/usr/lib/library/core': 'core\n' } }]);
    built = join(system.directory, 'built');
    tinyRepository(built, [
      MINE,
      { name: 'served', files: { '/usr/bin/served': 'served\n' } },
      { name: 'toy', version: '1.0', files: { '/usr/bin/toy': 'toy 1\n', '/usr/share/toy/data': 'data\n' } },
      { name: 'notes', version: '3', files: { '/usr/bin/notes': 'notes 3\n' } },
      { name: 'forcing', files: { '/usr/bin/notes': 'notes of forcing\n', '/usr/bin/forcing': 'x\n' } },
      { name: 'broken', files: { '/usr/bin/broken': 'x'.repeat(50_000) } },
    ]);
    tinyRepository(join(built, 'second'), [{ ...MINE, version: '2', files: { '/usr/bin/mine': 'mine 2\n' } }]);
  });
  after(() => system?.[Symbol.dispose]());

  it('lays a package file over the image, with what it needs from repositories', () => {
    const { diff } = system.ok('install', file('mine-1.0.rpm'));
    assert.deepEqual(diff.added, ['library-1.0-1.noarch', 'mine-1.0-1.noarch']);
    assert.equal(system.verify('mine'), '');
    const record = system.status();
    assert.deepEqual(record['requested-local-packages'], ['mine-1.0-1.noarch']);
    assert.deepEqual([record.packages, record['requested-packages']], [[], []]);
    assert.match(system.origin(), /^requested-local=[0-9a-f]{64}:mine-1\.0-1\.noarch;$/m);
    assert.match(system.run('status').stdout, /LocalPackages: mine-1\.0-1\.noarch\n/);
  });

  it('names the file by the digest that the import has of it, as rpm-ostree does', () => {
    const [, digest] = /requested-local=([0-9a-f]{64}):/.exec(system.origin())!;
    const known = system.ostree(
      'show',
      '--print-metadata-key=rpmostree.metadata_sha256',
      'rpmostree/pkg/mine/1.0-1.noarch',
    );
    assert.equal(known.trim(), `'${digest}'`);
  });

  it('needs the file no more once it is imported', () => {
    const copy = join(system.directory, 'elsewhere.rpm');
    copyFileSync(file('mine-1.0.rpm'), copy);
    rmSync(file('mine-1.0.rpm'));
    assert.equal(system.ok('upgrade').status, 'unchanged');
    assert.match(system.fails('install', copy).message, /mine-1\.0-1\.noarch is requested already/);
    assert.equal(system.ok('install', copy, '--idempotent').status, 'unchanged');
    system.publish('2');
    system.ok('upgrade');
    assert.equal(system.status()['version'], '2');
    assert.deepEqual(system.status()['requested-local-packages'], ['mine-1.0-1.noarch']);
    assert.equal(system.read('usr/bin/mine'), 'mine 1\n');
  });

  it('puts another build of the same package in its place', () => {
    const { diff } = system.ok('install', file('second/mine-2.rpm'));
    assert.deepEqual(diff.upgraded, [{ name: 'mine', from: '1.0-1', to: '2-1' }]);
    assert.deepEqual(system.status()['requested-local-packages'], ['mine-2-1.noarch']);
  });

  it('uninstalls by name or by the whole name', () => {
    assert.match(system.fails('uninstall', 'mine-1.0-1.noarch').hint, /mine-2-1\.noarch/);
    assert.deepEqual(system.ok('uninstall', 'mine').diff.removed, ['library-1.0-1.noarch', 'mine-2-1.noarch']);
    system.ok('install', file('second/mine-2.rpm'));
    system.ok('uninstall', 'mine-2-1.noarch');
    assert.deepEqual(system.status()['requested-local-packages'], []);
    assert.equal(system.origin(), '[origin]\nrefspec=origin:test/stable\n');
  });

  it('installs from a URL', async () => {
    const requests: string[] = [];
    const bytes = readFileSync(file('served-1.0.rpm'));
    const server: Server = createServer((request, response) => {
      requests.push(String(request.url));
      response.writeHead(request.url === '/served.rpm' ? 200 : 404);
      response.end(request.url === '/served.rpm' ? bytes : 'not here');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      // The verb runs in another process, and the server in this one.
      const result = await system.start('install', `http://127.0.0.1:${port}/served.rpm`);
      assert.equal(result.code, 0, result.stderr);
      assert.equal(system.read('usr/bin/served'), 'served\n');
      const missingOne = await system.start('install', `http://127.0.0.1:${port}/nothing.rpm`);
      assert.notEqual(missingOne.code, 0);
      assert.match(missingOne.stderr, /nothing\.rpm/);
      assert.match(missingOne.stderr, /404/);
    } finally {
      server.close();
      server.closeAllConnections();
    }
    assert.ok(requests.includes('/served.rpm'));
    system.ok('uninstall', 'served');
  });

  it('refuses to replace packages of the image by the way', () => {
    const error = system.fails('install', file('notes-3.rpm'));
    assert.match(error.message, /"notes-3-1\.noarch" cannot be installed.*notes-1\.5-1\.noarch/);
    assert.match(error.hint, /ostrata override replace/);
  });

  it('replaces files of others only with --force-replacefiles', () => {
    assert.equal(system.fails('install', file('forcing-1.0.rpm')).code, 'OVERLAY_CONFLICT');
    system.ok('install', file('forcing-1.0.rpm'), '--force-replacefiles');
    assert.equal(system.read('usr/bin/notes'), 'notes of forcing\n');
    assert.match(system.origin(), /^requested-local-fileoverride=[0-9a-f]{64}:forcing-1\.0-1\.noarch;$/m);
    assert.deepEqual(system.status()['requested-local-fileoverride-packages'], ['forcing-1.0-1.noarch']);
    assert.match(system.run('status').stdout, /LocalForcedPackages: forcing-1\.0-1\.noarch\n/);
    assert.equal(system.ok('upgrade').status, 'unchanged');
    system.ok('uninstall', 'forcing');
    assert.equal(system.read('usr/bin/notes'), 'notes 1.5\n');
  });

  it('refuses files that are damaged, no packages, or not there', () => {
    const bytes = readFileSync(file('broken-1.0.rpm'));
    bytes[bytes.length - 20]! ^= 0xff;
    writeFileSync(file('broken-1.0.rpm'), bytes);
    assert.equal(system.fails('install', file('broken-1.0.rpm')).code, 'RPM_FILE_DAMAGED');
    writeFileSync(file('text.rpm'), 'this is no package\n');
    assert.equal(system.fails('install', file('text.rpm')).code, 'RPM_NOT_A_PACKAGE');
    writeFileSync(file('short.rpm'), bytes.subarray(0, 400));
    assert.match(system.fails('install', file('short.rpm')).code, /^RPM_/);
    const absent = system.fails('install', file('absent.rpm'));
    assert.deepEqual([absent.code, absent.message.includes(file('absent.rpm'))], ['RPM_FILE_ABSENT', true]);
  });

  it('refuses packages for another architecture', () => {
    const spec = join(system.directory, 'foreign.spec');
    const lines = [
      'Name: foreign',
      'Version: 1',
      'Release: 1',
      'Summary: x',
      'License: MIT',
      '%description',
      'x',
      '%files',
    ];
    writeFileSync(spec, `${lines.join('\n')}\n`);
    tool([
      'rpmbuild',
      '-bb',
      '--quiet',
      '--target',
      'aarch64',
      '--define',
      `_topdir ${built}`,
      '--define',
      `_rpmdir ${built}`,
      '--define',
      '_build_name_fmt %%{NAME}.rpm',
      spec,
    ]);
    assert.match(system.fails('install', file('foreign.rpm')).message, /aarch64/);
    system.ostree('fsck', '--quiet');
  });
});
