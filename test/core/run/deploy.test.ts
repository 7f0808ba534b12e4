import assert from 'node:assert/strict';
import { BOOTLOADER, DEPLOYER, type DeployRequest, definePlugin, type Plugin } from '@ostrata/core';
import { fakeBootloader, fakeDeployer, testEnvironment, testHost, type World } from '@ostrata/testkit';
import { DEPLOY, machine, REF, SYSROOT, systemRequest } from '../../journeys/system.ts';
import { plugin, thrown } from '../support.ts';

async function deploy(
  changes: Partial<DeployRequest> = {},
  { world, plugins = [] }: { world?: World; plugins?: readonly Plugin[] } = {},
) {
  using environment = testEnvironment();
  const host = await testHost({ world: world ?? (await machine()), environment, plugins });
  return await host.run(
    systemRequest({ from: 'deploy', base: { rev: REF, pullFrom: null }, deploy: { ...DEPLOY, ...changes } }),
  );
}

describe('stage deploy', () => {
  it('takes kernel arguments and origin over from the deployment that would boot next', async () => {
    const world = await machine();
    const system = world.system(SYSROOT);
    const [running] = system.deployments;
    if (running === undefined) throw new Error('the machine has no deployment');
    const booted = { ...running, booted: true as const };
    const staged = {
      ...running,
      id: `${running.id}1`,
      state: 'staged' as const,
      target: { ...running.target, kargs: ['quiet', 'debug'], origin: 'of the staged one' },
    };
    system.deployments = [booted];
    const first = await deploy({}, { world });
    assert.deepEqual(first.deployment?.target.kargs, ['quiet']);
    assert.equal(first.deployment?.target.commit, running.target.commit);
    system.deployments = [staged, booted];
    const second = await deploy({}, { world });
    assert.deepEqual(second.deployment?.target.kargs, ['quiet', 'debug']);
    assert.equal(second.deployment?.target.origin, 'of the staged one');
    system.deployments = [staged, booted];
    assert.equal((await deploy({ origin: 'another' }, { world })).deployment?.target.origin, 'another');
  });

  it('hands what is asked of a plugin to its tap', async () => {
    const kargs = plugin('kargs', (host) =>
      host.hooks['deploy.target'].tapPromise((target) => ({ ...target, kargs: target.extras['kargs'] as string[] })),
    );
    const { deployment } = await deploy({ extras: { kargs: ['debug'] } }, { plugins: [kargs] });
    assert.deepEqual(deployment?.target.kargs, ['debug']);
  });

  const loader = (key: string, certainty: number) =>
    definePlugin({
      name: `boot-${key}`,
      apiVersion: '*',
      apply: (host) => host.provide(BOOTLOADER, key, () => fakeBootloader(worlds, certainty)),
    });
  let worlds: World;
  beforeEach(async () => {
    worlds = await machine();
  });

  it('takes the boot loader that is surest, or the one that a hook names', async () => {
    const plugins = [loader('sure', 90), loader('unsure', 10)];
    assert.equal((await deploy({}, { world: worlds, plugins })).deployment?.bootloader, 'sure');
    const chooser = plugin('chooser', (host) => host.hooks['deploy.bootloader'].tapPromise(() => 'unsure'));
    assert.equal(
      (await deploy({}, { world: worlds, plugins: [...plugins, chooser] })).deployment?.bootloader,
      'unsure',
    );
  });

  it('says when no boot loader recognises the system, or the named one is not there', async () => {
    const deployer = plugin('deployer', (host) => host.provide(DEPLOYER, () => fakeDeployer(worlds)));
    using environment = testEnvironment();
    const host = await testHost({
      world: worlds,
      environment,
      plugins: [deployer, loader('no', 0)],
      without: ['fake-system'],
    });
    const error = await thrown(host.run(systemRequest({ from: 'deploy', base: { rev: REF, pullFrom: null } })));
    assert.equal(error.code, 'BOOTLOADER_NONE');
    assert.match(error.hint ?? '', /asked: no/);
    const chooser = plugin('chooser', (face) => face.hooks['deploy.bootloader'].tapPromise(() => 'absent'));
    const before = await worlds.visible();
    assert.equal((await thrown(deploy({}, { world: worlds, plugins: [chooser] }))).code, 'CAPABILITY_MISSING');
    assert.deepEqual(await worlds.visible(), before);
  });

  it('is vetoed before anything is written', async () => {
    const veto = plugin('veto', (host) =>
      host.hooks['deploy.check'].tapPromise(() => Promise.reject(new Error('/boot is full'))),
    );
    const before = await worlds.visible();
    assert.match((await thrown(deploy({}, { world: worlds, plugins: [veto] }))).message, /boot is full/);
    assert.deepEqual(await worlds.visible(), before);
  });

  it('discards a staged deployment whose step failed, and no other one', async () => {
    await deploy({ stage: true }, { world: worlds });
    const before = await worlds.visible();
    const broken = plugin('broken', (host) =>
      host.hooks['deploy.staged'].tapPromise(() => Promise.reject(new Error('no'))),
    );
    await thrown(deploy({ stage: true }, { world: worlds, plugins: [broken] }));
    assert.deepEqual(await worlds.visible(), before);
  });
});

describe('another order of deployments', () => {
  async function machineOfThree() {
    const world = await machine();
    const system = world.system(SYSROOT);
    const [first] = system.deployments;
    if (first === undefined) throw new Error('the machine has no deployment');
    system.deployments = ['a', 'b', 'c'].map((id) => ({ ...first, id }));
    return { world, system };
  }
  async function reorder(world: World, order: readonly string[], from: 'deploy' | 'fetch' = 'deploy') {
    using environment = testEnvironment();
    const host = await testHost({ world, environment });
    return await host.run(systemRequest({ from, deploy: { ...DEPLOY, order } }));
  }

  it('swaps what boots, and makes nothing', async () => {
    const { world, system } = await machineOfThree();
    const before = await world.stores.visible();
    const outcome = await reorder(world, ['b', 'a']);
    assert.deepEqual([outcome.status, outcome.deployment?.id, outcome.commit], ['done', 'b', null]);
    assert.deepEqual(system.current, ['b', 'a']);
    assert.deepEqual(
      system.deployments.map(({ id }) => id),
      ['b', 'a'],
    );
    assert.deepEqual(await world.stores.visible(), before);
  });

  it('is unchanged where it is the order that is there', async () => {
    const { world, system } = await machineOfThree();
    const menu = system.current;
    assert.equal((await reorder(world, ['a', 'b', 'c'])).status, 'unchanged');
    assert.equal(system.current, menu);
  });

  it('is refused for deployments that are not there, and anywhere but at deploy', async () => {
    const { world, system } = await machineOfThree();
    assert.equal((await thrown(reorder(world, ['a', 'x']))).code, 'DEPLOYMENT_UNKNOWN');
    assert.equal((await thrown(reorder(world, ['b'], 'fetch'))).code, 'REQUEST_INVALID');
    assert.equal(system.deployments.length, 3);
  });
});

describe('stage finalize', () => {
  it('is vetoed before the swap, and leaves what was staged', async () => {
    const world = await machine();
    await deploy({ stage: true }, { world });
    const before = await world.visible();
    const locked = plugin('locked', (host) =>
      host.hooks['finalize.before'].tapPromise(() => Promise.reject(new Error('finalization is locked'))),
    );
    using environment = testEnvironment();
    const host = await testHost({ world, environment, plugins: [locked] });
    assert.match((await thrown(host.run(systemRequest({ from: 'finalize' })))).message, /is locked/);
    assert.deepEqual(await world.visible(), before);
  });

  it('says when nothing is staged', async () => {
    using environment = testEnvironment();
    const host = await testHost({ world: await machine(), environment });
    assert.equal((await thrown(host.run(systemRequest({ from: 'finalize' })))).code, 'STAGED_NONE');
  });

  it('cannot be cancelled once the swap has begun', async () => {
    const world = await machine();
    using environment = testEnvironment();
    const controller = new AbortController();
    const host = await testHost({
      world,
      environment,
      failpoint: (name) => {
        if (name === 'journal.swap.after') controller.abort();
      },
    });
    const outcome = await host.run(systemRequest({ from: 'deploy', base: { rev: REF, pullFrom: null } }), {
      signal: controller.signal,
    });
    assert.equal(outcome.deployment?.state, 'active');
  });

  it('is complete when only the cleanup fails: that is a warning', async () => {
    const world = await machine();
    using environment = testEnvironment();
    const untidy = plugin('untidy', (host) =>
      host.provide(DEPLOYER, () => ({ ...fakeDeployer(world), cleanup: () => Promise.reject(new Error('busy')) })),
    );
    const warnings: string[] = [];
    const host = await testHost({ world, environment, plugins: [untidy], capabilities: { deployer: 'untidy' } });
    const outcome = await host.run(systemRequest({ from: 'deploy', base: { rev: REF, pullFrom: null } }), {
      onEvent: (event) => event.type === 'warning' && warnings.push(event.code),
    });
    assert.equal(outcome.deployment?.state, 'active');
    assert.deepEqual(warnings, ['CLEANUP_FAILED']);
  });
});
