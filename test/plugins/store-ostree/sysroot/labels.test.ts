import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lgetxattr, lsetxattr } from '../../../../plugins/store-ostree/src/syscalls.ts';
import { DeploymentLabels } from '../../../../plugins/store-ostree/src/sysroot/labels.ts';
import { hasOstree, isRoot, ostree, run, temporary } from '../support.ts';
import { Images, ours } from './support.ts';

const POLICY = {
  'usr/etc/selinux/config': 'SELINUX=enforcing\nSELINUXTYPE=small\n',
  'usr/etc/selinux/small/policy/policy.33': 'a policy\n',
  'usr/etc/selinux/small/contexts/files/file_contexts': [
    '/.*\tu:r:default_t:s0',
    '/etc(/.*)?\tu:r:etc_t:s0',
    '/etc/passwd\t--\tu:r:passwd_t:s0',
    '/usr(/.*)?\tu:r:usr_t:s0',
    '/var(/.*)?\tu:r:var_t:s0',
    '/boot(/.*)?\tu:r:boot_t:s0',
    '',
  ].join('\n'),
};

const labelOf = (path: string): string =>
  (lgetxattr(path, 'security.selinux')?.toString('utf8') ?? '').replace(/\0$/, '');

function canLabel(directory: string): boolean {
  try {
    lsetxattr(directory, 'security.selinux', Buffer.from('u:r:x_t:s0'));
    return true;
  } catch {
    return false;
  }
}

describe('SELinux labels of deployments (needs ostree and root)', function () {
  this.timeout(60_000);
  const temp = temporary();
  before(function () {
    if (!hasOstree || !isRoot) this.skip();
  });

  const make = (name: string, changes: Record<string, string> = POLICY) => {
    const sysroot = temp.in(name);
    mkdirSync(sysroot, { recursive: true });
    const images = new Images(temp.path);
    const deploy = async () => {
      assert.equal((await ours(sysroot, 'admin', 'init-fs', '--modern', sysroot)).status, 0);
      assert.equal((await ours(sysroot, 'admin', 'os-init', 'os')).status, 0);
      const commit = images.commit('stable', changes);
      ostree(join(sysroot, 'ostree/repo'), 'pull-local', '--remote=os', images.repo, 'stable');
      const { status, err } = await ours(sysroot, 'admin', 'deploy', '--os=os', 'os:stable');
      assert.equal(status, 0, err);
      return join(sysroot, `ostree/deploy/os/deploy/${commit}.0`);
    };
    return { sysroot, images, deploy };
  };

  it('are those that ostree sets: files of /etc and all of /var, by the policy of the tree', async function () {
    const { sysroot, images, deploy } = make('ours');
    if (!canLabel(sysroot) || !run('ostree', '--version').includes('selinux')) this.skip();
    const root = await deploy();
    const theirs = temp.in('theirs');
    mkdirSync(theirs);
    run('ostree', 'admin', 'init-fs', '--modern', theirs);
    run('ostree', 'admin', `--sysroot=${theirs}`, 'os-init', 'os');
    ostree(join(theirs, 'ostree/repo'), 'pull-local', '--remote=os', images.repo, 'stable');
    spawnSync('ostree', ['admin', `--sysroot=${theirs}`, 'deploy', '--os=os', 'os:stable'], {
      env: { ...process.env, OSTREE_SYSROOT_DEBUG: 'mutable-deployments' },
    });
    const name = root.slice(sysroot.length);
    for (const path of ['etc', 'etc/passwd', 'etc/app', 'etc/app/app.conf', 'usr/etc/passwd', 'usr/bin/tool']) {
      assert.equal(labelOf(join(root, path)), labelOf(join(theirs, name, path)), path);
    }
    assert.equal(labelOf(join(root, 'etc/passwd')), 'u:r:passwd_t:s0');
    for (const path of ['var', 'var/.ostree-selabeled']) {
      const at = `ostree/deploy/os/${path}`;
      assert.equal(labelOf(join(sysroot, at)), labelOf(join(theirs, at)), path);
    }
    assert.equal(labelOf(join(sysroot, 'ostree/deploy/os/var')), 'u:r:var_t:s0');
  });

  it('are set on all that is made where the running system has SELinux', function () {
    const root = temp.in('root');
    mkdirSync(join(root, 'etc/selinux/small/contexts/files'), { recursive: true });
    if (!canLabel(root)) this.skip();
    for (const [path, text] of Object.entries(POLICY)) {
      if (!path.includes('policy.33')) writeFileSync(join(root, path.slice('usr/'.length)), text);
    }
    const kernel = temp.in('kernel');
    writeFileSync(kernel, '');
    lsetxattr(kernel, 'security.selinux', Buffer.from('u:r:usr_t:s0'));
    const [here, elsewhere] = [DeploymentLabels.of(root, true)!, DeploymentLabels.of(root, false)!];
    elsewhere.made(kernel, '/boot/vmlinuz');
    assert.equal(labelOf(kernel), '');
    here.made(kernel, '/boot/vmlinuz');
    assert.equal(labelOf(kernel), 'u:r:boot_t:s0');
    assert.equal(here.below('/etc')('/', 0o40755), 'u:r:etc_t:s0');
    assert.equal(elsewhere.below('/etc')('/', 0o40755), undefined);
    assert.equal(elsewhere.below('/etc')('/passwd', 0o100644), 'u:r:passwd_t:s0');
  });

  it('selinux-ensure-labeled says and does what that of ostree does', async function () {
    const { sysroot, deploy } = make('sysroot');
    if (!canLabel(sysroot) || !run('ostree', '--version').includes('selinux')) this.skip();
    await deploy();
    for (const name of ['a', 'b']) {
      mkdirSync(temp.in(name, 'deep'), { recursive: true });
      writeFileSync(temp.in(name, 'deep/passwd'), '');
      writeFileSync(temp.in(name, 'passwd'), '');
      lsetxattr(temp.in(name, 'deep'), 'security.selinux', Buffer.from('u:r:kept_t:s0'));
    }
    const args = ['admin', 'instutil', 'selinux-ensure-labeled'];
    const { status, out } = await ours(sysroot, ...args, temp.in('a'), 'etc');
    assert.equal(status, 0);
    const theirs = run(
      'ostree',
      'admin',
      'instutil',
      'selinux-ensure-labeled',
      `--sysroot=${sysroot}`,
      temp.in('b'),
      'etc',
    );
    const sorted = (text: string, name: string) => text.replaceAll(temp.in(name), 'X').split('\n').sort();
    assert.deepEqual(sorted(out, 'a'), sorted(theirs, 'b'));
    for (const path of ['', 'passwd', 'deep', 'deep/passwd']) {
      assert.equal(labelOf(temp.in('a', path)), labelOf(temp.in('b', path)), path);
    }
    assert.equal(labelOf(temp.in('a', 'passwd')), 'u:r:passwd_t:s0');
    assert.deepEqual(readdirSync(temp.in('a')), ['deep', 'passwd']);
  });

  it('no policy, no labels', async () => {
    const { sysroot, deploy } = make('plain', {});
    const root = await deploy();
    assert.equal(labelOf(join(root, 'etc/passwd')), '');
    const { out } = await ours(sysroot, 'admin', 'instutil', 'selinux-ensure-labeled');
    assert.match(out, /^No SELinux policy found in deployment '/);
  });
});
