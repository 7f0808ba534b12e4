import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { hasOstree, isRoot, ostree, temporary } from '../support.ts';
import { Images, ours } from './support.ts';

describe('ostree admin instutil grub2-generate (needs ostree and root)', function () {
  this.timeout(60_000);
  const temp = temporary();
  before(function () {
    if (!hasOstree || !isRoot) this.skip();
  });

  it('prints what that of ostree prints', async () => {
    const images = new Images(temp.path);
    const sysroot = temp.in('sysroot');
    mkdirSync(sysroot);
    await ours(sysroot, 'admin', 'init-fs', '--modern', sysroot);
    await ours(sysroot, 'admin', 'os-init', 'os');
    for (const karg of ['quiet', 'debug=1']) {
      images.commit('stable', { 'usr/lib/os-release': `PRETTY_NAME="It's ${karg}"\nID=test\n` });
      ostree(join(sysroot, 'ostree/repo'), 'pull-local', '--remote=os', images.repo, 'stable');
      assert.equal((await ours(sysroot, 'admin', 'deploy', '--os=os', `--karg=${karg}`, 'os:stable')).status, 0);
    }
    for (const efi of [{}, { _OSTREE_GRUB2_IS_EFI: '1' }]) {
      const environment = { GRUB2_BOOT_DEVICE_ID: 'device', GRUB2_PREPARE_ROOT_CACHE: 'set root=x\nsearch y', ...efi };
      const argv = ['admin', 'instutil', 'grub2-generate'];
      const { status, out } = await ours(sysroot, ...argv, environment);
      assert.equal(status, 0);
      const env = { ...process.env, ...environment };
      assert.equal(out, execFileSync('ostree', [...argv, `--sysroot=${sysroot}`], { env, encoding: 'utf8' }));
    }
    const { status, err } = await ours(sysroot, 'admin', 'instutil', 'grub2-generate');
    assert.equal(status, 1);
    assert.match(err, /GRUB2_BOOT_DEVICE_ID and GRUB2_PREPARE_ROOT_CACHE are not set/);
    assert.match((await ours(sysroot, 'admin', 'instutil', 'grub2-generate', '7')).err, /Invalid bootversion: 7/);
  });
});
