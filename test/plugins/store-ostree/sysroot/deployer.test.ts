import assert from 'node:assert/strict';
import {
  closeSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Context, DEPLOYER, definePlugin, type Plugin, type Request } from '@ostrata/contract';
import { Crash, type FailpointHandler } from '@ostrata/core';
import { testEnvironment, testHost, testRequest } from '@ostrata/testkit';
import syslinux from '../../../../plugins/boot-syslinux/src/index.ts';
import store from '../../../../plugins/store-ostree/src/index.ts';
import { setImmutable } from '../../../../plugins/store-ostree/src/sysroot/immutable.ts';
import { hasOstree, isRoot, ostree, temporary } from '../support.ts';
import { Images, ours } from './support.ts';

/** The real store, deployer and boot loader take their places. */
const WITHOUT = ['fake-store', 'fake-system'];

/** What the kernel does with the files of a process that was killed: a simulated crash leaves them open. */
function closeFile(path: string): void {
  for (const fd of readdirSync('/proc/self/fd')) {
    let target = '';
    try {
      target = readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      // The one that lists the directory is gone.
    }
    if (target === path) closeSync(Number(fd));
  }
}

describe('deployer: a sysroot on disk through the lifecycle (needs ostree and root)', function () {
  this.timeout(120_000);
  let sealed: string | undefined;
  // Deployments are immutable: only so can they be removed.
  afterEach(() => {
    const deployments = sealed === undefined ? '' : join(sealed, 'ostree/deploy/os/deploy');
    if (!existsSync(deployments)) return;
    for (const name of readdirSync(deployments)) setImmutable(join(deployments, name), false);
  });
  const temp = temporary();
  before(function () {
    if (!hasOstree || !isRoot) this.skip();
  });

  async function scene() {
    const images = new Images(temp.path);
    const sysroot = temp.in('sysroot');
    sealed = sysroot;
    mkdirSync(join(sysroot, 'boot/syslinux'), { recursive: true });
    symlinkSync('../loader/syslinux.cfg', join(sysroot, 'boot/syslinux/syslinux.cfg'));
    for (const argv of [
      ['init-fs', '--modern', sysroot],
      ['os-init', 'os'],
    ]) {
      assert.equal((await ours(sysroot, 'admin', ...argv)).status, 0);
    }
    const repo = join(sysroot, 'ostree/repo');
    const image = (changes?: Record<string, string>) => {
      const commit = images.commit('stable', changes);
      ostree(repo, 'pull-local', '--remote=os', images.repo, 'stable');
      return commit;
    };
    const environment = testEnvironment({ uid: 0 });
    const host = (failpoint?: FailpointHandler, plugins: readonly Plugin[] = []) =>
      testHost({
        environment,
        without: WITHOUT,
        plugins: [store as Plugin, syslinux as Plugin, origins, ...plugins],
        ...(failpoint ? { failpoint } : {}),
      });
    const request = (kargs: string[] = []): Request =>
      testRequest({
        command: 'deploy',
        from: 'deploy',
        until: 'finalize',
        store: { work: repo, target: null },
        base: { rev: 'os:stable', pullFrom: null },
        sources: [],
        deploy: { sysroot, os: 'os', stage: false, extras: { kargs } },
      });
    const listed = async () => {
      const made = await host();
      return made.query(async (ctx: Context) => (await ctx.get(DEPLOYER)).list(sysroot));
    };
    return { images, sysroot, repo, image, host, request, listed, environment };
  }

  /** What plugins for origins and kernel arguments do. */
  const origins = definePlugin({
    name: 'origins',
    apiVersion: '*',
    apply: (host) =>
      host.hooks['deploy.target'].tapPromise((target) => ({
        ...target,
        origin: '[origin]\nrefspec=os:stable\n',
        kargs: [...target.kargs, ...(target.extras['kargs'] as string[])],
      })),
  });

  it('boots by the loader that the config of the system names, whatever another one recognises', async () => {
    const { repo, image, host, request, listed, environment } = await scene();
    using _environment = environment;
    image();
    ostree(repo, 'config', 'set', 'sysroot.bootloader', 'grub2');
    await assert.rejects((await host()).run(request()), { code: 'CAPABILITY_MISSING', message: /bootloader.*grub/ });
    assert.deepEqual(await listed(), []);
    ostree(repo, 'config', 'set', 'sysroot.bootloader', 'syslinux');
    const { deployment } = await (await host()).run(request());
    assert.equal(deployment?.bootloader, 'syslinux');
  });

  it('deploys, keeps what was changed in /etc, and makes the new one the default of the boot loader', async () => {
    const { sysroot, image, host, request, listed, environment } = await scene();
    using _environment = environment;
    const first = image();
    const one = await (await host()).run(request(['quiet']));
    assert.equal(one.deployment?.state, 'active');
    assert.equal(one.deployment?.bootloader, 'syslinux');
    writeFileSync(join(sysroot, `ostree/deploy/os/deploy/${first}.0/etc/app/app.conf`), 'mine\n');
    const second = image({ 'usr/bin/tool': 'new' });
    await (await host()).run(request(['debug']));
    assert.equal(readFileSync(join(sysroot, `ostree/deploy/os/deploy/${second}.0/etc/app/app.conf`), 'utf8'), 'mine\n');
    assert.deepEqual(
      (await listed()).map(({ target, state }) => [target.commit, target.kargs, state]),
      [
        [second, ['quiet', 'debug'], 'active'],
        [first, ['quiet'], 'active'],
      ],
    );
    const menu = readFileSync(join(sysroot, 'boot/syslinux/syslinux.cfg'), 'utf8');
    assert.match(menu, /^DEFAULT Test OS 1 \(ostree:0\)$/m);
    const status = await ours(sysroot, 'admin', 'status');
    assert.match(status.out, new RegExp(`^  os ${second}\\.0\n    origin refspec: os:stable\n  os ${first}\\.0`));
  });

  it('leaves the system as it was, or complete, wherever it is cut off; and the next run repairs the rest', async () => {
    const { sysroot, image, host, request, listed, environment } = await scene();
    using _environment = environment;
    image();
    await (await host()).run(request(['quiet']));
    const places: string[] = [];
    image({ 'usr/bin/tool': '0' });
    await (await host((name) => void places.push(name))).run(request());
    assert.ok(places.includes('finalize.written') && places.includes('finalize.swapped'), places.join());
    const chosen = [...new Set(places)].filter((name) =>
      /^(deploy|finalize|journal|stage\.(deploy|finalize))/.test(name),
    );
    for (const [turn, place] of chosen.entries()) {
      const before = (await listed()).filter(({ state }) => state === 'active').map(({ id }) => id);
      const commit = image({ 'usr/bin/tool': `cut ${turn}` });
      const cut: FailpointHandler = (name) => {
        if (name === place) throw new Crash(name);
      };
      await assert.rejects((await host(cut)).run(request()), Crash, place);
      closeFile(join(sysroot, 'ostree/lock'));
      const active = (await listed()).filter(({ state }) => state === 'active');
      assert.ok(active.length > 0, place);
      const isOld = active[0]!.id === before[0];
      assert.ok(isOld || active[0]!.target.commit === commit, place);
      for (const { target, serial } of active) {
        const root = join(sysroot, `ostree/deploy/os/deploy/${target.commit}.${serial}`);
        assert.ok(existsSync(join(root, 'usr/bin/tool')) && existsSync(join(root, 'etc/passwd')), place);
      }
      // The next run brings the machine in order and does its own work.
      const { deployment } = await (await host()).run(request());
      const [first, ...others] = await listed();
      assert.equal(first?.id, deployment?.id, place);
      assert.ok(
        others.every(({ state }) => state === 'active'),
        place,
      );
      assert.equal((await ours(sysroot, 'admin', 'status')).status, 0, place);
    }
  });
});
