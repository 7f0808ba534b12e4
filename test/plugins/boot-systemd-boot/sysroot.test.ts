import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { BOOTLOADER, definePlugin, type Plugin } from '@ostrata/contract';
import { testEnvironment, testHost, testRequest } from '@ostrata/testkit';
import { checkRoom } from '../../../plugins/boot-systemd-boot/src/check-room.ts';
import { systemdBoot } from '../../../plugins/boot-systemd-boot/src/systemd-boot.ts';
import store from '../../../plugins/store-ostree/src/index.ts';
import { setImmutable } from '../../../plugins/store-ostree/src/sysroot/immutable.ts';
import { missing } from '../../support/tools.ts';
import { hasOstree, isRoot, ostree, run, temporary } from '../store-ostree/support.ts';
import { Images, KERNEL, ours } from '../store-ostree/sysroot/support.ts';
import { volumeOf } from './cut.ts';
import { bootMenuOf } from './selection.ts';
import { CONFIG, installLoader } from './support.ts';

describe('a sysroot whose boot loader is on an EFI system partition (needs ostree and root)', function () {
  this.timeout(120_000);
  before(function () {
    if (!hasOstree || !isRoot) this.skip();
  });
  let sysroot = '';
  // Deployments are immutable: only so can they be removed.
  afterEach(() => {
    const deployments = join(sysroot, 'ostree/deploy/os/deploy');
    if (!existsSync(deployments)) return;
    for (const name of readdirSync(deployments)) setImmutable(join(deployments, name), false);
  });

  const temp = temporary();

  async function scene() {
    sysroot = temp.in('sysroot');
    mkdirSync(sysroot);
    const esp = join(sysroot, 'efi');
    installLoader(esp);
    for (const argv of [
      ['init-fs', '--modern', sysroot],
      ['os-init', 'os'],
    ])
      assert.equal((await ours(sysroot, 'admin', ...argv)).status, 0);
    const images = new Images(temp.path);
    const repo = join(sysroot, 'ostree/repo');
    let breaks = false;
    const loader = definePlugin({
      name: 'loader',
      apiVersion: '*',
      apply(host) {
        host.hooks['deploy.staged'].tapPromise(async (deployment) => checkRoom(deployment, CONFIG));
        host.provide(BOOTLOADER, 'systemd-boot', () => {
          const real = systemdBoot(CONFIG);
          return {
            ...real,
            activate: async (menu, ctx) => {
              if (breaks) throw new Error('the partition is gone');
              await real.activate!(menu, ctx);
            },
          };
        });
      },
    });
    const environment = testEnvironment({ uid: 0 });
    const deploy = async (changes: Record<string, string>) => {
      const commit = images.commit('stable', changes);
      ostree(repo, 'pull-local', '--remote=os', images.repo, 'stable');
      const host = await testHost({
        environment,
        without: ['fake-store', 'fake-system'],
        plugins: [store as Plugin, loader as Plugin],
      });
      const run = host.run(
        testRequest({
          command: 'deploy',
          from: 'deploy',
          until: 'finalize',
          store: { work: repo, target: null },
          base: { rev: 'os:stable', pullFrom: null },
          sources: [],
          deploy: { sysroot, os: 'os', stage: false, extras: {} },
        }),
      );
      return { commit, run };
    };
    /** The commits of the menu, with everything that it names there: by the partition alone. */
    const menu = () => {
      const volume = volumeOf(esp);
      return bootMenuOf(volume).map(({ options, linux, initrds }) => {
        for (const path of [linux, ...initrds]) assert.ok(volume.has(path.slice(1)), path);
        const link = /ostree=(\S+)/.exec(options)![1]!;
        const target = join(sysroot, link);
        assert.ok(existsSync(target), `${link} leads nowhere`);
        const kernel = readFileSync(join(target, KERNEL), 'utf8');
        assert.equal(volume.get(linux.slice(1)), kernel, 'the kernel of that deployment');
        return kernel;
      });
    };
    const status = () =>
      run('ostree', 'admin', `--sysroot=${sysroot}`, 'status')
        .split('\n')
        .flatMap((line) => /^\s*os ([0-9a-f]{64}\.\d+)/.exec(line)?.[1] ?? []);
    const breakLoader = (value: boolean) => {
      breaks = value;
    };
    return { environment, deploy, menu, status, esp, breakLoader };
  }

  it('boots what ostree admin status shows, in that order', async () => {
    const { environment, deploy, menu, status, esp } = await scene();
    using _environment = environment;
    const names: string[] = [];
    for (const kernel of ['one', 'two', 'three']) {
      const { commit, run } = await deploy({ [KERNEL]: kernel });
      assert.equal((await run).deployment?.bootloader, 'systemd-boot');
      names.unshift(`${commit}.0`);
      assert.deepEqual(status(), names.slice(0, 2), 'read by the real ostree');
    }
    assert.deepEqual(menu(), ['three', 'two']);
    assert.equal(readdirSync(join(esp, 'ostree')).length, 2, 'kernels of no entry are gone');
    assert.ok(!existsSync(join(sysroot, 'boot/loader/activating')));

    // ostree goes on with the sysroot, and knows nothing of the partition.
    run('ostree', 'admin', `--sysroot=${sysroot}`, 'undeploy', '1');
    assert.deepEqual(status(), names.slice(0, 1));
  });

  it('starts what was there before, when it is cut off between the swap and its own; and the next run completes it', async () => {
    const { environment, deploy, menu, status, breakLoader } = await scene();
    using _environment = environment;
    const one = await deploy({ [KERNEL]: 'one' });
    await one.run;
    breakLoader(true);
    const two = await deploy({ [KERNEL]: 'two' });
    await assert.rejects(two.run, /the partition is gone/);
    assert.deepEqual(status(), [`${two.commit}.0`, `${one.commit}.0`], 'past the point of no return');
    assert.deepEqual(menu(), ['one']);
    // Neither with nor without a boot loader that could be asked.
    await ours(sysroot, 'admin', 'cleanup');
    const undeploy = await ours(sysroot, 'admin', 'undeploy', '0');
    assert.match(undeploy.err, /keeps a boot menu of its own/);
    assert.deepEqual(menu(), ['one'], 'what it may still start stays');

    breakLoader(false);
    const three = await deploy({ [KERNEL]: 'three' });
    await three.run;
    assert.deepEqual(menu(), ['three', 'two']);
  });

  it('is missed before anything has changed, when the partition is not mounted', async () => {
    const { environment, deploy, status, esp } = await scene();
    using _environment = environment;
    await (await deploy({ [KERNEL]: 'one' })).run;
    const before = status();
    renameSync(esp, temp.in('unmounted'));
    await assert.rejects((await deploy({ [KERNEL]: 'two' })).run, { code: 'BOOTLOADER_NONE' });
    assert.deepEqual(status(), before);
  });

  it('is refused with numbers when the kernel does not fit, while everything can be taken back', async () => {
    const { environment, deploy, menu, status, esp } = await scene();
    using _environment = environment;
    run('mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', esp);
    try {
      installLoader(esp);
      await (await deploy({ [KERNEL]: 'one' })).run;
      const before = status();
      const large = await deploy({ [KERNEL]: 'x'.repeat(2 << 20) });
      await assert.rejects(large.run, { code: 'ESP_SPACE' });
      assert.deepEqual([status(), menu()], [before, ['one']]);
      assert.equal(readdirSync(join(sysroot, 'ostree/deploy/os/deploy')).length, 1, 'nothing is left of it');
      const kernels = readdirSync(join(sysroot, 'boot/ostree')).filter((name) => name.startsWith('os-'));
      assert.equal(kernels.length, 1, 'it did not come to /boot');
    } finally {
      run('umount', esp);
    }
  });

  it('shows the menu that bootctl lists (needs bootctl)', async function () {
    if (missing('bootctl').length > 0) this.skip();
    const { environment, deploy, esp } = await scene();
    using _environment = environment;
    for (const kernel of ['one', 'two']) await (await deploy({ [KERNEL]: kernel })).run;
    // It takes only what is the root of a file system.
    const mounted = temp.in('mounted');
    mkdirSync(mounted);
    run('mount', '-t', 'tmpfs', 'tmpfs', mounted);
    let text = '';
    try {
      cpSync(esp, mounted, { recursive: true });
      const command = ['bootctl', `--esp-path=${mounted}`, '--no-pager', 'list'];
      text = run('env', 'SYSTEMD_RELAX_ESP_CHECKS=1', ...command);
    } finally {
      run('umount', mounted);
    }
    const ids = [...text.matchAll(/\bid: (\S+)/g)].map(([, id]) => id);
    assert.deepEqual(
      ids.filter((id) => id?.startsWith('ostree-')),
      bootMenuOf(volumeOf(esp)).map(({ name }) => name),
    );
  });
});
