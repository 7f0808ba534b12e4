import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CommandInput,
  type CommandResult,
  DEPLOYER,
  definePlugin,
  type JourneyCommandSpec,
  type Plugin,
} from '@ostrata/contract';
import { testEnvironment, testHost } from '@ostrata/testkit';
import syslinux from '../../../plugins/boot-syslinux/src/index.ts';
import client from '../../../plugins/client/src/index.ts';
import kargs from '../../../plugins/kargs/src/index.ts';
import store from '../../../plugins/store-ostree/src/index.ts';
import { OstreeDeployer } from '../../../plugins/store-ostree/src/sysroot/deployer.ts';
import { setImmutable } from '../../../plugins/store-ostree/src/sysroot/immutable.ts';
import { hasOstree, isRoot } from '../store-ostree/support.ts';
import { BRANCH, Scene } from './support.ts';

const COMMANDS = [...(client.commands ?? []), ...(kargs.commands ?? [])];

describe('client: verbs on the system that runs (needs ostree and root)', function () {
  this.timeout(60_000);
  let scene: Scene;
  let root = '';
  let run = '';
  /** How often a verb asked that the system can be written, whose disks may be mounted read-only. */
  let asked = 0;
  before(function () {
    if (!hasOstree || !isRoot) this.skip();
  });
  /** The deployment is made the root of a system, with the links that every image has. */
  beforeEach(() => {
    scene = new Scene();
    root = join(scene.sysroot, `ostree/deploy/os/deploy/${scene.versions[0]}.0`);
    run = join(scene.directory, 'run');
    asked = 0;
    setImmutable(root, false);
    for (const name of ['ostree', 'boot']) symlinkSync(join(scene.sysroot, name), join(root, name));
    mkdirSync(run);
    writeFileSync(join(run, 'ostree-booted'), '');
  });
  afterEach(() => scene?.[Symbol.dispose]());

  /** Runs a verb as the command line does. */
  async function verb(
    id: string,
    flags: CommandInput['flags'] = {},
    args: CommandInput['args'] = {},
  ): Promise<CommandResult> {
    using environment = testEnvironment({ uid: 0 });
    class Deployer extends OstreeDeployer {
      override makeWritable(path: string): void {
        asked++;
        super.makeWritable(path);
      }
    }
    const deployer = definePlugin({
      name: 'booted',
      apiVersion: '*',
      apply: (host) => host.provide(DEPLOYER, () => new Deployer({}, { run, root })),
    });
    const host = await testHost({
      environment,
      without: ['fake-store', 'fake-system'],
      plugins: [store as Plugin, syslinux as Plugin, client, kargs, deployer],
      capabilities: { deployer: 'booted' },
    });
    const spec = COMMANDS.find((command) => command.id === id);
    const input = { args, flags: { sysroot: root, ...flags } };
    if (spec === undefined || 'runRaw' in spec) throw new Error(id);
    if ('run' in spec) return host.query((ctx) => spec.run(input, ctx));
    const { request, result }: JourneyCommandSpec = spec;
    const journey = await host.query((ctx) => request(input, ctx));
    if ('text' in journey) return journey;
    const outcome = await host.run(journey);
    return host.query((ctx) => result(outcome, input, ctx));
  }

  const deployments = async () =>
    ((await verb('status')).data as { deployments: { [key: string]: unknown }[] }).deployments;

  it('upgrade waits for shutdown, and status marks what runs and what waits', async () => {
    scene.publish(2);
    const before = scene.booting();
    const done = await verb('upgrade', { reboot: true });
    assert.match(done.text, /^Staged 2 /);
    assert.equal(done.reboot, true);
    assert.match((await verb('upgrade')).text, /No upgrade available/);
    // What boots is as it was.
    assert.deepEqual(scene.booting(), before);
    const { text } = await verb('status', { verbose: true });
    assert.match(
      text,
      new RegExp(`^  origin:${BRANCH} \\(index: 0\\)\n +Version: 2 .*\n +Commit: .*\n +Staged: yes`, 'm'),
    );
    assert.match(text, new RegExp(`^● origin:${BRANCH} \\(index: 1\\)\n +Version: 1 `, 'm'));
    assert.deepEqual((await verb('status', { 'pending-exit-77': true })).exitCode, 77);
    const booted = (await verb('status', { booted: true })).text;
    assert.match(booted, /^BootedDeployment:\n● /m);
    assert.doesNotMatch(booted, /Version: 2/);
  });

  it('kernel arguments are changed for what waits, and the commit stays', async () => {
    scene.publish(2);
    const hint = 'Run "systemctl reboot" to start a reboot\n';
    assert.ok((await verb('upgrade')).text.endsWith(hint));
    assert.equal((await verb('kargs', { append: ['nosmt'] })).text, `Kernel arguments updated.\n${hint}`);
    await verb('kargs', { append: ['debug'] });
    const [staged, running, ...others] = await deployments();
    assert.deepEqual([staged?.['version'], staged?.['staged'], others.length], ['2', true, 0]);
    assert.equal(running?.['booted'], true);
    assert.equal((await verb('kargs')).text, 'root=/dev/vda1 quiet nosmt debug\n');
    assert.equal((await verb('kargs', { 'deploy-index': 1 })).text, 'root=/dev/vda1 quiet\n');
  });

  it('finalize-deployment lets a locked one be finished, and only the one that is expected', async () => {
    scene.publish(2);
    const checksum = scene.versions[1]!;
    const { text } = await verb('upgrade', { 'lock-finalization': true });
    assert.ok(text.endsWith(`Run "ostrata finalize-deployment ${checksum}" to start a reboot\n`), text);
    const lock = join(run, 'ostree/staged-deployment-locked');
    assert.ok(existsSync(lock));
    assert.equal((await deployments())[0]?.['finalization-locked'], true);
    await assert.rejects(verb('finalize-deployment'), { code: 'CLIENT_STAGED' });
    await assert.rejects(verb('finalize-deployment', {}, { checksum: scene.versions[0] }), { code: 'CLIENT_STAGED' });
    assert.ok(existsSync(lock));
    const done = await verb('finalize-deployment', {}, { checksum });
    assert.equal(done.reboot, true);
    assert.ok(!existsSync(lock));
    await assert.rejects(verb('finalize-deployment', {}, { checksum }), /not locked/);
    assert.equal((await verb('finalize-deployment', { 'allow-unlocked': true }, { checksum })).reboot, true);
  });

  it('verbs that change the system ask that it can be written, others do not', async () => {
    scene.publish(2);
    const asks = async (...call: Parameters<typeof verb>) => {
      asked = 0;
      await verb(...call);
      return asked > 0;
    };
    assert.ok(await asks('upgrade', { 'lock-finalization': true }));
    assert.ok(await asks('finalize-deployment', {}, { checksum: scene.versions[1] }));
    assert.ok(await asks('kargs', { append: ['nosmt'] }));
    assert.ok(await asks('rollback'));
    assert.ok(await asks('pin', {}, { deployment: ['booted'] }));
    assert.ok(await asks('cleanup', { pending: true }));
    assert.ok(!(await asks('status')));
    assert.ok(!(await asks('kargs')));
  });

  it('rollback takes what waits back; cleanup --pending too; the running one stays', async () => {
    scene.publish(2);
    await verb('upgrade');
    const entries = () => readFileSync(join(scene.sysroot, 'boot/loader/syslinux.cfg'), 'utf8');
    const before = entries();
    assert.match((await verb('rollback')).text, new RegExp(`^Moved '${scene.versions[0]}.0'`));
    assert.deepEqual(
      (await deployments()).map(({ version }) => version),
      ['1'],
    );
    assert.ok(!existsSync(join(run, 'ostree/staged-deployment')));
    assert.equal(entries(), before);
    await verb('upgrade');
    await verb('cleanup', { pending: true });
    assert.deepEqual(
      (await deployments()).map(({ booted }) => booted),
      [true],
    );
    await assert.rejects(verb('rollback'), { code: 'CLIENT_ROLLBACK' });
    assert.ok(existsSync(root));
  });

  it('status shows security advisories that what is staged brings', async () => {
    const advisory = "('A-1', 16777216, 50331648, ['tool-2-1.noarch'], {})";
    scene.images.commit(BRANCH, {}, `--add-metadata=rpmostree.advisories=@a(suuasa{sv}) [${advisory}]`);
    await verb('upgrade');
    assert.match((await verb('status')).text, /^ +SecAdvisories: 1 important$/m);
    assert.match((await verb('status', { advisories: true })).text, /^ +SecAdvisories: A-1 {2}Important {2}tool-2-1/m);
    assert.equal((await verb('status')).text.split('SecAdvisories').length, 2, 'not of what runs');
  });
});
