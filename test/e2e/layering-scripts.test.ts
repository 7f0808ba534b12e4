import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LAYERED_NEEDS } from '../support/layered-base.ts';
import { LayeredSystem } from '../support/layered-system.ts';
import { missing } from '../support/tools.ts';

const USER = [
  '%pre',
  'getent group keeper >/dev/null || groupadd -r keeper',
  'getent passwd keeper >/dev/null || useradd -r -g keeper -d /var/lib/keeper -s /sbin/nologin keeper',
].join('\n');

const PACKAGES = [
  {
    name: 'keeper',
    files: { '/usr/lib/keeper/secret': 'secret\n', '/usr/bin/keeper': '#!/bin/sh\n' },
    sections: `${USER}\n%post\necho made > /usr/lib/keeper/made\necho extra >> /etc/keeper.conf`,
    attributes: ['%attr(0640,root,keeper) /usr/lib/keeper/secret', '%attr(4755,root,root) /usr/bin/keeper'],
  },
  {
    name: 'statefull',
    files: { '/var/lib/statefull/.keep': '', '/usr/bin/statefull': 'x\n' },
    attributes: ['%dir /var/lib/statefull', '%exclude /var/lib/statefull/.keep', '/usr/bin/statefull'],
  },
  { name: 'refuses', files: { '/usr/bin/refuses': 'x\n' }, sections: '%pre\necho no, not here >&2\nexit 3' },
  { name: 'stumbles', files: { '/usr/bin/stumbles': 'x\n' }, sections: '%post\necho stumbled\nfalse' },
  { name: 'destroys', files: { '/usr/bin/destroys': 'x\n' }, sections: '%post\nrm -f /usr/bin/true' },
  {
    name: 'finale',
    files: { '/usr/bin/finale': 'x\n' },
    sections: '%posttrans\nls /usr/bin/keeper > /usr/share/last.seen',
  },
];

describe('layers: scripts, users and state of packages (needs root, apt, rpmbuild, createrepo_c, ostree, bwrap)', function () {
  this.timeout(600_000);
  let system: LayeredSystem;
  before(function () {
    const lacking = missing(...LAYERED_NEEDS);
    if (lacking.length > 0) {
      this.test!.parent!.title += `: no ${lacking.join(', ')}`;
      this.skip();
    }
    system = new LayeredSystem(PACKAGES);
  });
  after(() => system?.[Symbol.dispose]());

  it('runs scripts over the image, and gives files to users that they make', () => {
    system.ok('install', 'keeper', 'finale');
    assert.equal(system.read('usr/lib/keeper/made'), 'made\n');
    assert.equal(system.read('etc/keeper.conf'), 'extra\n');
    assert.match(system.read('usr/share/last.seen'), /keeper/);
    const [, number] = /^keeper:x:(\d+):/m.exec(system.read('usr/etc/group'))!;
    const secret = statSync(join(system.root(), 'usr/lib/keeper/secret'));
    assert.deepEqual([secret.uid, secret.gid, secret.mode & 0o7777], [0, Number(number), 0o640]);
    assert.equal(statSync(join(system.root(), 'usr/bin/keeper')).mode & 0o7777, 0o4755);
    assert.equal(system.verify('keeper'), '');
    system.ostree('fsck', '--quiet');
  });

  it('changes nothing of the image but what scripts changed', () => {
    const [layered, image] = [system.status().checksum, system.status(1).checksum];
    const changed = system.ostree('diff', image, layered).trim().split('\n');
    const modified = changed
      .filter((line) => line.startsWith('M '))
      .map((line) => line.slice(5))
      .sort();
    const accounts = ['group', 'gshadow', 'passwd', 'shadow'].map((name) => `/usr/etc/${name}`);
    assert.deepEqual(
      modified.filter((path) => !accounts.includes(path)),
      ['/usr/share/rpm/rpmdb.sqlite'],
    );
    assert.deepEqual(
      changed.filter((line) => line.startsWith('D ')),
      [],
    );
  });

  it('keeps the number of a user when other layers change', () => {
    const line = /^keeper:.*$/m.exec(system.read('usr/etc/passwd'))![0];
    system.ok('install', 'statefull');
    assert.equal(/^keeper:.*$/m.exec(system.read('usr/etc/passwd'))![0], line);
  });

  it('leaves /var to the machine: lines for systemd-tmpfiles make it', () => {
    assert.deepEqual(system.ostree('ls', system.status().checksum, '/var').trim().split('\n').length, 1);
    assert.match(
      system.read('usr/lib/tmpfiles.d/rpm-ostree-autovar.conf'),
      /^d \/var\/lib\/statefull 0755 root root - -$/m,
    );
    system.ok('uninstall', 'statefull', 'keeper', 'finale');
    assert.equal(system.has('etc/keeper.conf'), false);
  });

  it('ends with the script that fails, and leaves nothing behind', () => {
    const refused = system.fails('install', 'refuses');
    assert.equal(refused.code, 'RPM_SCRIPT_FAILED');
    assert.match(refused.message, /%prein of the package refuses ended with exit code 3: no, not here/);
    assert.match(system.fails('install', 'stumbles').message, /%post of the package stumbles.*stumbled/);
    assert.equal(system.fails('install', 'destroys').code, 'RPM_TREE_BROKEN');
    const left = readdirSync(join(system.repo, 'tmp')).filter((name) => !/^(cache|\.ostree|staging)/.test(name));
    assert.deepEqual(left, []);
    assert.equal(system.has('usr/bin/true'), true);
    system.ostree('fsck', '--quiet');
  });
});
