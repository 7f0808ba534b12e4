import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { definePlugin, INITRAMFS, type Plugin } from '@ostrata/contract';
import plugin from '../../../plugins/initramfs/src/index.ts';
import { TestSystem } from '../../support/installed-system.ts';
import { hasOstree, isRoot, ostree, temporary } from '../store-ostree/support.ts';
import { INITRAMFS as IMAGE } from '../store-ostree/sysroot/support.ts';

describe('ostrata initramfs on a system (needs ostree and root)', function () {
  this.timeout(60_000);
  let system: TestSystem | undefined;
  afterEach(() => system?.dispose());
  const temp = temporary();
  before(function () {
    if (!hasOstree || !isRoot) this.skip();
  });

  /** In place of dracut: an image with its arguments as its content. The kernel's plugin asks it, as it asks its own. */
  const maker = definePlugin({
    name: 'maker',
    apiVersion: '*',
    apply(host) {
      host.provide(INITRAMFS, () => ({
        async generate(tree, kernel, args) {
          tree.writeFile(`${kernel.directory}/initramfs.img`, args.join(' '));
        },
      }));
    },
  });

  const kernels = definePlugin({
    name: 'kernels',
    apiVersion: '*',
    apply(host) {
      host.hooks['assemble.kernel'].tapPromise(async ({ tree, plan }, ctx) => {
        const directory = 'usr/lib/modules/6.1.0';
        if (tree.lookup(`${directory}/initramfs.img`) !== undefined) return;
        const { initramfsArgs } = plan.inputs.image.kernel;
        await (await ctx.get(INITRAMFS)).generate(tree, { version: '6.1.0', directory }, initramfsArgs, ctx);
      });
    },
  });

  const scene = () => new TestSystem(temp.path, [plugin as Plugin, maker as Plugin, kernels as Plugin]);
  const initramfsOf = ({ sysroot }: TestSystem, commit: string) =>
    readFileSync(join(sysroot, `ostree/deploy/os/deploy/${commit}.0`, IMAGE), 'utf8');

  it('makes it of the image, again at upgrades, and goes back to that of the image', async () => {
    system = scene();
    const first = await system.install();
    assert.equal((await system.run(plugin)).text, 'Initramfs regeneration: disabled\n');
    const { text, outcome } = await system.run(plugin, { enable: true, arg: ['--add', 'lvm'] });
    assert.equal(text, 'Initramfs regeneration is now: enabled\n');
    const made = outcome?.deployment;
    assert.notEqual(made?.target.commit, first);
    assert.equal(initramfsOf(system, made?.target.commit ?? ''), '--no-hostonly --add lvm');
    assert.deepEqual(made?.target.kargs, ['quiet']);
    assert.equal(
      made?.target.origin,
      '[origin]\nbaserefspec=os:stable\n\n[rpmostree]\nregenerate-initramfs=true\ninitramfs-args=--add;lvm;\n',
    );
    const repo = join(system.sysroot, 'ostree/repo');
    assert.equal(ostree(repo, 'rev-parse', `${made?.target.commit}^`), first);
    assert.equal(ostree(repo, 'show', '--print-metadata-key=rpmostree.clientlayer', made?.target.commit ?? ''), 'true');
    // Nothing but the initramfs is another one, and the database of the kit's package format.
    const changed = ostree(repo, 'diff', first, made?.target.commit ?? '').split('\n');
    assert.deepEqual(
      changed.filter((line) => !line.startsWith('A    /usr/share')),
      [`M    /${IMAGE}`],
    );
    assert.equal((await system.run(plugin)).text, 'Initramfs regeneration: enabled\nInitramfs args: --add lvm\n');

    const same = await system.run(plugin, { enable: true, arg: ['--add', 'lvm'], 'unchanged-exit-77': true });
    assert.equal(same.exitCode, 77);
    assert.equal((await system.upgrade(made?.target.origin)).status, 'unchanged');

    const second = system.image({ 'usr/bin/tool': 'new' });
    const upgraded = await system.upgrade(made?.target.origin);
    const commit = upgraded.deployment?.target.commit ?? '';
    assert.equal(ostree(repo, 'rev-parse', `${commit}^`), second);
    assert.equal(initramfsOf(system, commit), '--no-hostonly --add lvm');

    const { text: off, outcome: back } = await system.run(plugin, { disable: true });
    assert.match(off, /is now: disabled\nInitramfs will be reset to default/);
    assert.equal(back?.deployment?.target.commit, second);
    assert.match(back?.deployment?.target.origin ?? '', /^\[origin\]\nrefspec=os:stable\n/);
  });

  it('refuses to lose packages that are laid over the image', async () => {
    system = scene();
    await system.install();
    const origin =
      '[origin]\nbaserefspec=os:stable\n[packages]\nrequested=vim;\n[rpmostree]\nregenerate-initramfs=true\n';
    await assert.rejects(system.upgrade(origin), { code: 'INITRAMFS_LAYERS', message: /would get lost: vim\./ });
  });

  it('flags that exclude one another are said to', async () => {
    system = scene();
    await system.install();
    for (const flags of [{ enable: true, disable: true }, { arg: ['x'] }, { reboot: true }]) {
      await assert.rejects(system.run(plugin, flags as never), { code: 'INITRAMFS_USAGE' });
    }
  });
});
