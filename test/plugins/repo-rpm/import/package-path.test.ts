import assert from 'node:assert/strict';
import {
  isCommitPath,
  isStatePath,
  relativePath,
  translatePath,
} from '../../../../plugins/repo-rpm/src/import/package-path.ts';

describe('package-path', () => {
  it('moves paths to where an image has them', () => {
    const cases: Record<string, string> = {
      etc: 'usr/etc',
      'etc/passwd': 'usr/etc/passwd',
      etcetera: 'etcetera',
      boot: 'boot',
      'boot/vmlinuz': 'usr/lib/ostree-boot/vmlinuz',
      opt: 'usr/lib/opt',
      'opt/foo/bar': 'usr/lib/opt/foo/bar',
      'var/lib/selinux/targeted/active': 'usr/etc/selinux/targeted/active',
      'var/lib/alternatives': 'usr/lib/alternatives',
      'var/lib/vagrant/x': 'usr/lib/vagrant/x',
      'bin/sh': 'usr/bin/sh',
      'sbin/init': 'usr/sbin/init',
      'lib/modules/6': 'usr/lib/modules/6',
      'lib64/ld.so': 'usr/lib64/ld.so',
      bin: 'bin',
      lib32: 'lib32',
      'usr/bin/x': 'usr/bin/x',
    };
    for (const [path, expected] of Object.entries(cases)) assert.equal(translatePath(path), expected, path);
  });

  it('knows what may be in a commit and what is state', () => {
    for (const path of ['usr', 'usr/x', 'bin', 'sbin', 'lib', 'lib64']) assert.ok(isCommitPath(path), path);
    for (const path of ['', 'home', 'boot', 'var', 'usrx', 'proc/x', 'srv']) assert.ok(!isCommitPath(path), path);
    for (const path of ['var/x', 'run/x']) assert.ok(isStatePath(path), path);
    for (const path of ['var', 'run', 'usr/var/x']) assert.ok(!isStatePath(path), path);
  });

  it('refuses paths that are not made of proper names', () => {
    const bad = [
      'usr/x',
      '',
      '/../x',
      '/usr/../../x',
      '/usr/./x',
      '/usr//x',
      '/usr/x/',
      '/a\0b',
      `/${'x'.repeat(256)}`,
    ];
    bad.push(`/${'long/'.repeat(900)}x`);
    for (const path of bad) {
      assert.throws(() => relativePath(path), { code: 'RPM_PATH_INVALID' }, path);
    }
    assert.equal(relativePath('/'), '');
    assert.equal(relativePath('/usr/..x/.y'), 'usr/..x/.y');
  });
});
