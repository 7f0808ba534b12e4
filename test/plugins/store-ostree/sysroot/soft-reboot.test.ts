import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmutable } from '../../../../plugins/store-ostree/src/sysroot/immutable.ts';
import { missing } from '../../../support/tools.ts';
import { Scene } from '../../client/support.ts';
import { hasOstree, isRoot, run } from '../support.ts';
import { KERNEL, ours } from './support.ts';

const CHILD = join(import.meta.dirname, 'soft-reboot-child.ts');

describe('soft reboots (needs ostree, root and mount namespaces)', function () {
  this.timeout(60_000);
  let scene: Scene | null = null;
  before(function () {
    const canUnshare = missing('unshare').length === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;
    if (!hasOstree || !isRoot || !canUnshare) this.skip();
  });
  afterEach(() => {
    scene?.[Symbol.dispose]();
    scene = null;
  });

  it('mounts a deployment with the same kernel as a start would, and takes that back', () => {
    scene = new Scene();
    const { sysroot, directory } = scene;
    const dirs = { 'sysroot/.keep': '', 'boot/.keep': '' };
    const commits = [
      scene.images.commit('soft', { ...dirs, 'usr/bin/tool': 'a' }),
      scene.images.commit('soft', { ...dirs, 'usr/bin/tool': 'b' }),
      scene.images.commit('soft', { ...dirs, 'usr/bin/tool': 'c', [KERNEL]: 'another kernel' }),
      scene.images.commit('soft', { ...dirs, 'usr/bin/tool': 'd' }),
    ];
    for (const [index, commit] of commits.entries()) {
      scene.ostree('pull-local', scene.images.repo, commit);
      const more = index === 3 ? ['--karg-append=debug'] : [];
      run('ostree', 'admin', `--sysroot=${sysroot}`, 'deploy', '--os=os', '--retain', ...more, commit);
    }
    scene.ostree('config', 'set', 'sysroot.readonly', 'true');
    const root = join(sysroot, `ostree/deploy/os/deploy/${commits[0]}.0`);
    const state = join(directory, 'run');
    setImmutable(root, false);
    for (const name of ['sysroot', 'boot']) rmSync(join(root, name), { recursive: true });
    for (const [name, to] of [
      ['sysroot', sysroot],
      ['boot', join(sysroot, 'boot')],
      ['ostree', join(sysroot, 'ostree')],
    ] as const) {
      symlinkSync(to, join(root, name));
    }
    mkdirSync(state);
    writeFileSync(join(state, 'ostree-booted'), '');
    const child = spawnSync('unshare', ['-m', process.execPath, CHILD, root, state], { encoding: 'utf8' });
    assert.equal(child.status, 0, child.stderr);
    const { prepared, cleared, failure } = JSON.parse(child.stdout);

    // The arguments of the last, the kernel of the one before, then what can be started, itself, and the one of the scene.
    assert.deepEqual(prepared.can.slice(0, 4), [false, false, true, true]);
    assert.equal(prepared.target, commits[1]);
    assert.equal(prepared.tool, 'b');
    assert.deepEqual(prepared.mounts, [
      '/nextroot',
      '/nextroot/usr',
      '/nextroot/etc',
      '/nextroot/var',
      '/nextroot/boot',
      '/nextroot/sysroot',
    ]);
    assert.deepEqual(prepared.write, { 'usr/x': 'EROFS', 'etc/x': true, 'var/x': true, 'sysroot/x': 'EROFS' });
    assert.deepEqual([prepared.repo, prepared.loader], [true, true]);
    const { dev, ino } = statSync(join(sysroot, `ostree/deploy/os/deploy/${commits[1]}.0`), { bigint: true });
    const bytes = Buffer.from(prepared.metadata, 'base64');
    for (const number of [dev, ino]) {
      const wanted = Buffer.alloc(8);
      wanted.writeBigUInt64LE(number);
      assert.ok(bytes.includes(wanted), 'as libostree looks for it');
    }
    assert.deepEqual(cleared, { target: null, mounts: [], left: false });
    assert.deepEqual(failure, { code: 'SYSROOT_SOFT_REBOOT', mounts: [] });
  });

  it('the verb takes libostree’s words', async () => {
    scene = new Scene();
    const { sysroot } = scene;
    const without = await ours(sysroot, 'admin', 'prepare-soft-reboot');
    assert.match(without.err, /INDEX must be specified/);
    assert.match((await ours(sysroot, 'admin', 'prepare-soft-reboot', '7')).err, /Out of range deployment index 7/);
    const other = await ours(sysroot, 'admin', 'prepare-soft-reboot', '0');
    assert.deepEqual([other.status, /different kernel state/.test(other.err)], [1, true], 'nothing runs from there');
  });
});
