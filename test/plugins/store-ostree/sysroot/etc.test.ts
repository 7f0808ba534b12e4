import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DeployRequest, definePlugin, type Plugin, type ProgressEvent } from '@ostrata/contract';
import { testEnvironment, testHost, testRequest } from '@ostrata/testkit';
import syslinux from '../../../../plugins/boot-syslinux/src/index.ts';
import { configDiff } from '../../../../plugins/store-ostree/src/commands/config-diff-run.ts';
import store from '../../../../plugins/store-ostree/src/index.ts';
import { setImmutable } from '../../../../plugins/store-ostree/src/sysroot/immutable.ts';
import { readStagedState, writeStaged } from '../../../../plugins/store-ostree/src/sysroot/staged.ts';
import { Sysroot } from '../../../../plugins/store-ostree/src/sysroot/sysroot.ts';
import { hasOstree, isRoot, ostree, temporary } from '../support.ts';
import { Images, ours } from './support.ts';

interface Options {
  readonly retain?: readonly string[];
}

type Settings = { readonly keepDeployments?: number; readonly etcConflicts?: string };

describe('/etc that changed on both sides, and older deployments that stay (needs ostree and root)', function () {
  this.timeout(60_000);
  let sysroot = '';
  const deployments = () => join(sysroot, 'ostree/deploy/os/deploy');
  afterEach(() => {
    if (sysroot === '' || !existsSync(deployments())) return;
    for (const name of readdirSync(deployments())) setImmutable(join(deployments(), name), false);
  });
  const temp = temporary();
  before(function () {
    if (!hasOstree || !isRoot) this.skip();
  });

  const origins = definePlugin({
    name: 'origins',
    apiVersion: '*',
    apply: (host) =>
      host.hooks['deploy.target'].tapPromise((target) => ({ ...target, origin: '[origin]\nrefspec=os:stable\n' })),
  });

  async function scene() {
    const images = new Images(temp.path);
    sysroot = temp.in('sysroot');
    mkdirSync(join(sysroot, 'boot/syslinux'), { recursive: true });
    symlinkSync('../loader/syslinux.cfg', join(sysroot, 'boot/syslinux/syslinux.cfg'));
    assert.equal((await ours(sysroot, 'admin', 'init-fs', '--modern', sysroot)).status, 0);
    assert.equal((await ours(sysroot, 'admin', 'os-init', 'os')).status, 0);
    const repo = join(sysroot, 'ostree/repo');
    const run = async (deploy: Partial<DeployRequest>, settings: Settings = {}) => {
      using environment = testEnvironment({ uid: 0 });
      const host = await testHost({
        environment,
        without: ['fake-store', 'fake-system'],
        plugins: [store as Plugin, syslinux as Plugin, origins],
        config: { 'store-ostree': settings },
      });
      const warnings: string[] = [];
      const onEvent = (event: ProgressEvent) => {
        if (event.type === 'warning') warnings.push(`${event.code}: ${event.text}`);
      };
      const request = testRequest({
        command: 'deploy',
        from: 'deploy',
        until: 'finalize',
        store: { work: repo, target: null },
        base: { rev: 'os:stable', pullFrom: null },
        sources: [],
        deploy: { sysroot, os: 'os', stage: false, extras: {}, ...deploy },
      });
      return { outcome: await host.run(request, { onEvent }), warnings };
    };
    const deploy = async (
      changes: Record<string, string | null> = {},
      settings: Settings = {},
      { retain = [] }: Options = {},
    ) => {
      const commit = images.commit('stable', changes);
      ostree(repo, 'pull-local', '--remote=os', images.repo, 'stable');
      const wanted = Object.fromEntries(retain.map((word) => [word, true]));
      const done = await run({ extras: { 'store-ostree': wanted } }, settings);
      return { commit, ...done, etc: join(deployments(), `${commit}.0/etc`) };
    };
    return { deploy, run };
  }

  const NEW = {
    'usr/etc/app/app.conf': 'default=2\n',
    'usr/etc/gone.conf': 'y\n',
    'usr/etc/app/other.conf': 'other=2\n',
    'usr/etc/passwd': 'root:x:0:0::/root:/bin/bash\n',
  };

  /** A file changed on both sides, one removed here and changed there, one changed to the same, one changed here only. */
  function change(etc: string): void {
    writeFileSync(join(etc, 'app/app.conf'), 'mine\n');
    rmSync(join(etc, 'gone.conf'));
    writeFileSync(join(etc, 'passwd'), NEW['usr/etc/passwd']);
    writeFileSync(join(etc, 'os-release'), 'mine\n');
  }

  it('what is here stays, and the outcome and a warning name what changed on both sides', async () => {
    const { deploy, run } = await scene();
    const first = await deploy();
    change(first.etc);
    const { outcome, warnings, etc, commit } = await deploy(NEW);
    assert.equal(readFileSync(join(etc, 'app/app.conf'), 'utf8'), 'mine\n');
    assert.ok(!existsSync(join(etc, 'gone.conf')));
    assert.equal(readFileSync(join(etc, 'app/other.conf'), 'utf8'), 'other=2\n');
    assert.deepEqual(outcome.extras['store-ostree'], {
      etc: {
        strategy: 'keep-mine',
        conflicts: [
          { path: '/etc/app/app.conf', here: 'modified', default: 'modified' },
          { path: '/etc/gone.conf', here: 'removed', default: 'modified' },
        ],
      },
    });
    assert.deepEqual(warnings, [
      'SYSROOT_ETC_CONFLICT: /etc/app/app.conf, /etc/gone.conf changed here and in the new image: what is here stays.',
    ]);
    const { text, data } = configDiff({ args: {}, flags: { sysroot } });
    assert.match(text, /^Changed here \(os-[0-9a-f]{64}\.0\):\n {2}M \/etc\/app\/app\.conf\n {2}M \/etc\/os-release\n/);
    assert.match(text, /Defaults changed by .*M \/etc\/app\/other\.conf\n/s);
    assert.match(
      text,
      /Changed on both sides:\n {2}\/etc\/app\/app\.conf \(M here, M there\)\n {2}\/etc\/gone\.conf \(D here, M there\)\n$/,
    );
    assert.deepEqual((data as { here: unknown }).here, {
      modified: ['app/app.conf', 'os-release', 'passwd'],
      removed: ['gone.conf'],
      added: [],
    });
    // Going back merges nothing.
    const back = await run({ order: [`os-${first.commit}.0`, `os-${commit}.0`] });
    assert.equal(back.outcome.deployment?.target.commit, first.commit);
    assert.deepEqual(back.warnings, []);
  });

  it('new defaults go before what is here where configuration says so; all else is taken over', async () => {
    const { deploy } = await scene();
    const first = await deploy();
    change(first.etc);
    const { etc } = await deploy(NEW, { etcConflicts: 'take-theirs' });
    assert.equal(readFileSync(join(etc, 'app/app.conf'), 'utf8'), 'default=2\n');
    assert.equal(readFileSync(join(etc, 'gone.conf'), 'utf8'), 'y\n');
    assert.equal(readFileSync(join(etc, 'os-release'), 'utf8'), 'mine\n');
  });

  it('a directory that takes the place of a changed file wins with take-theirs', async () => {
    const { deploy } = await scene();
    const first = await deploy();
    change(first.etc);
    const { etc } = await deploy(
      { 'usr/etc/gone.conf': null, 'usr/etc/app/app.conf': null, 'usr/etc/app/app.conf/x': '1' },
      { etcConflicts: 'take-theirs' },
    );
    assert.equal(readFileSync(join(etc, 'app/app.conf/x'), 'utf8'), '1');
  });

  it('is refused where configuration wants neither, and nothing is left of it', async () => {
    const { deploy } = await scene();
    const first = await deploy();
    change(first.etc);
    await assert.rejects(deploy(NEW, { etcConflicts: 'fail' }), {
      code: 'SYSROOT_ETC_CONFLICT',
      message: '2 paths of /etc changed here and in the new image: /etc/app/app.conf, /etc/gone.conf.',
    });
    assert.deepEqual(readdirSync(deployments()).sort(), [`${first.commit}.0`, `${first.commit}.0.origin`]);
    rmSync(join(first.etc, 'app/app.conf'));
    writeFileSync(join(first.etc, 'app/app.conf'), 'default=1\n');
    writeFileSync(join(first.etc, 'gone.conf'), 'x\n');
    await deploy(NEW, { etcConflicts: 'fail' });
  });

  it('so many older deployments stay as configuration says, newest first', async () => {
    const { deploy } = await scene();
    const made: string[] = [];
    const kept: string[][] = [];
    for (let turn = 0; turn < 5; turn++) {
      made.unshift((await deploy({ 'usr/bin/tool': `${turn}` }, { keepDeployments: 2 })).commit);
      const { out } = await ours(sysroot, 'admin', 'status');
      kept.push([...out.matchAll(/os ([0-9a-f]{64})\.0/g)].map((match) => match[1] as string));
    }
    assert.deepEqual(
      kept.map((one) => one.length),
      [1, 2, 3, 4, 4],
    );
    assert.deepEqual(kept.at(-1), made.slice(0, 4));
    await deploy({ 'usr/bin/tool': 'last' });
    assert.equal((await ours(sysroot, 'admin', 'status')).out.match(/\.0/g)?.length, 2);
  });

  it('a request may keep all, or the older ones; who completes a staged deployment knows', async () => {
    const { deploy } = await scene();
    const count = async () => (await ours(sysroot, 'admin', 'status')).out.match(/\.0\b/g)?.length;
    for (let turn = 0; turn < 4; turn++) await deploy({ 'usr/bin/tool': `${turn}` }, {}, { retain: ['retain'] });
    assert.equal(await count(), 4);
    await deploy({ 'usr/bin/tool': 'a' }, {}, { retain: ['retainRollback', 'nonsense'] });
    assert.equal(await count(), 5);
    await deploy({ 'usr/bin/tool': 'b' });
    assert.equal(await count(), 2);
    const state = { run: temp.in('run'), root: '/' };
    const [deployment] = Sysroot.load(sysroot).deployments;
    const staged = { deployment: { ...deployment!, staged: true }, merge: null, locked: false };
    writeStaged(state, { ...staged, retain: { retainRollback: true } });
    assert.deepEqual(readStagedState(sysroot, state)?.retain, { retainRollback: true });
    writeStaged(state, staged);
    assert.deepEqual(readStagedState(sysroot, state)?.retain, {});
  });
});
