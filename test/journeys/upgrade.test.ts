import assert from 'node:assert/strict';
import { chaos, testEnvironment, testHost } from '@ostrata/testkit';
import { layering } from './layering.ts';
import { DEPLOY, machine, REF, REMOTE, REPOSITORY, SYSROOT, startOn, systemRequest } from './system.ts';

const UPGRADE = systemRequest({ extras: { journey: { remote: REMOTE } } });

describe('journey: upgrade on fakes', () => {
  it('passes the new base straight through when nothing is layered, and asks no source', async () => {
    using environment = testEnvironment();
    const world = await machine();
    world.sources.clear();
    const host = await testHost({ world, environment, plugins: [layering] });
    const outcome = await host.run(UPGRADE);
    assert.equal(outcome.commit?.id, await world.stores.find(REMOTE).resolve(REF));
    assert.equal(outcome.commit?.plan, null);
    assert.equal(outcome.deployment?.state, 'active');
    assert.deepEqual(outcome.deployment?.target.kargs, ['quiet']);
    const { deployments, current } = world.system(SYSROOT);
    assert.deepEqual(
      deployments.map(({ state }) => state),
      ['active', 'active'],
    );
    assert.equal(current[0], outcome.deployment?.id);
  });

  it('lays what is layered over the new base', async () => {
    using environment = testEnvironment();
    const world = await machine(['tool']);
    const host = await testHost({ world, environment, plugins: [layering] });
    const outcome = await host.run(UPGRADE);
    assert.deepEqual(
      outcome.plan?.inputs.install.map(({ name }) => name),
      ['helper', 'tool'],
    );
    const tree = await world.stores.find(REPOSITORY).openTree(outcome.commit?.id ?? '');
    assert.equal(Buffer.from(tree.readFile('usr/lib/os-release')).toString(), 'VERSION=2\n');
    assert.ok(tree.lookup('usr/bin/tool'));
  });

  it('stages for shutdown, and finalizes what was staged', async () => {
    using environment = testEnvironment();
    const world = await machine();
    const host = await testHost({ world, environment, plugins: [layering] });
    const staged = await host.run({ ...UPGRADE, deploy: { ...DEPLOY, stage: true } });
    assert.equal(staged.deployment?.state, 'staged');
    assert.equal(world.system(SYSROOT).deployments[0]?.state, 'active');
    const done = await host.run(systemRequest({ from: 'finalize' }));
    assert.equal(done.deployment?.id, staged.deployment?.id);
    assert.equal(world.system(SYSROOT).current[0], staged.deployment?.id);
  });

  it('keeps the system as before or complete, whatever happens', async function () {
    this.timeout(60_000);
    for (const packages of [[], ['tool']]) {
      const { failpoints } = await chaos({ name: 'upgrade', start: () => startOn(UPGRADE, packages) });
      for (const name of [
        'hook.deploy.target.before',
        'fake-deployer.prepare',
        'journal.swap.after',
        'fake-deployer.swap',
      ]) {
        assert.ok(failpoints.includes(name), name);
      }
    }
  });
});
