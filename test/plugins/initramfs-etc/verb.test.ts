import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Plugin } from '@ostrata/contract';
import plugin from '../../../plugins/initramfs-etc/src/index.ts';
import { TestSystem } from '../../support/installed-system.ts';
import { hasOstree, isRoot, run, temporary } from '../store-ostree/support.ts';

describe('ostrata initramfs-etc on a system (needs ostree and root)', function () {
  this.timeout(60_000);
  let system: TestSystem | undefined;
  afterEach(() => system?.dispose());
  const temp = temporary();
  before(function () {
    if (!hasOstree || !isRoot) this.skip();
  });

  const overlays = ({ sysroot }: TestSystem) => readdirSync(join(sysroot, 'boot/ostree/initramfs-overlays'));
  const entry = ({ sysroot }: TestSystem) => {
    const directory = join(sysroot, 'boot/loader/entries');
    return readFileSync(join(directory, readdirSync(directory).sort().at(-1) as string), 'utf8');
  };

  it('tracks files, renews them with each deployment, and lets go of them', async () => {
    system = new TestSystem(temp.path, [plugin as Plugin]);
    const commit = await system.install();
    assert.deepEqual((await system.run(plugin)).text, 'No tracked files.\n');
    const { text, outcome } = await system.run(plugin, { track: ['/etc/app', '/etc/passwd'] });
    assert.equal(text, 'The initramfs will have /etc/app, /etc/passwd.\n');
    const [name] = overlays(system);
    assert.equal(name, `${outcome?.deployment?.target.initrds[0]}.img`);
    const image = gunzipSync(readFileSync(join(system.sysroot, 'boot/ostree/initramfs-overlays', name as string)));
    assert.match(image.toString('latin1'), /etc\/app\/app\.conf\0*default=1/);
    assert.match(
      entry(system),
      new RegExp(
        `^initrd /ostree/os-[0-9a-f]{64}/initramfs-6.1.0.img\ninitrd /ostree/initramfs-overlays/${name}$`,
        'm',
      ),
    );
    assert.deepEqual((await system.run(plugin)).text, 'Tracked files:\n  /etc/app\n  /etc/passwd\n');
    assert.ok(!existsSync(`/run/ostree/staged-initrds/${String(name).slice(0, 64)}`));
    // What ostree says of it, and what it does with it.
    assert.match(run('ostree', 'admin', `--sysroot=${system.sysroot}`, 'status'), new RegExp(`os ${commit}\\.1`));

    const again = await system.run(plugin, { track: ['/etc/passwd'], 'unchanged-exit-77': true });
    assert.deepEqual([again.text, again.exitCode], ['No changes.\n', 77]);

    writeFileSync(join(system.sysroot, `ostree/deploy/os/deploy/${commit}.1/etc/app/app.conf`), 'mine=1\n');
    const next = system.image({ 'usr/bin/tool': 'new' });
    const upgraded = await system.upgrade();
    assert.equal(upgraded.deployment?.target.commit, next);
    const [renewed] = upgraded.deployment?.target.initrds ?? [];
    assert.notEqual(`${renewed}.img`, name);
    assert.ok(entry(system).includes(`/ostree/initramfs-overlays/${renewed}.img`));

    const { outcome: untracked } = await system.run(plugin, { 'untrack-all': true });
    assert.deepEqual(untracked?.deployment?.target.initrds, []);
    assert.doesNotMatch(entry(system), /initramfs-overlays/);
    await system.upgrade();
    await system.upgrade();
    assert.deepEqual(overlays(system), []);
    assert.doesNotMatch(untracked?.deployment?.target.origin ?? '', /initramfs-etc/);
  });

  it('syncs when asked to, and changes nothing when a file is gone', async () => {
    system = new TestSystem(temp.path, [plugin as Plugin]);
    const commit = await system.install();
    await system.run(plugin, { track: ['/etc/gone.conf'] });
    const etc = join(system.sysroot, `ostree/deploy/os/deploy/${commit}.1/etc`);
    writeFileSync(join(etc, 'gone.conf'), 'changed\n');
    const before = overlays(system);
    const { outcome } = await system.run(plugin, { 'force-sync': true });
    assert.notDeepEqual(outcome?.deployment?.target.initrds[0], before[0]);
    rmSync(join(system.sysroot, `ostree/deploy/os/deploy/${commit}.2/etc/gone.conf`));
    const kept = entry(system);
    await assert.rejects(system.run(plugin, { 'force-sync': true }), {
      code: 'INITRAMFS_ETC_FILE',
      message: '/etc/gone.conf is tracked for the initramfs and is not there.',
    });
    assert.equal(entry(system), kept);
    assert.ok(!existsSync(join(system.sysroot, `ostree/deploy/os/deploy/${commit}.3`)));
    const nothing = await system.run(plugin, { untrack: ['/etc/other'] });
    assert.equal(nothing.text, 'No changes.\n');
  });
});
