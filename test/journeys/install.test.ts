import assert from 'node:assert/strict';
import { chaos, testEnvironment, testHost } from '@ostrata/testkit';
import { layering } from './layering.ts';
import { machine, REMOTE, REPOSITORY, startOn, systemRequest } from './system.ts';

const INSTALL = systemRequest({ extras: { journey: { add: ['tool'] } } });

describe('journey: install on fakes', () => {
  it('lays the closure over the base that is there, without a pull', async () => {
    using environment = testEnvironment();
    const world = await machine();
    const host = await testHost({ world, environment, plugins: [layering] });
    const outcome = await host.run(INSTALL);
    const tree = await world.stores.find(REPOSITORY).openTree(outcome.commit?.id ?? '');
    assert.equal(Buffer.from(tree.readFile('usr/lib/os-release')).toString(), 'VERSION=1\n');
    assert.ok(tree.lookup('usr/bin/tool'));
    assert.ok(tree.lookup('usr/lib/helper'));
    assert.equal(outcome.deployment?.target.commit, outcome.commit?.id);
    assert.notEqual(outcome.plan?.inputs.base, await world.stores.find(REMOTE).resolve('os/stable'));
  });

  it('keeps the system as before or complete, whatever happens', async function () {
    this.timeout(60_000);
    const { runs } = await chaos({ name: 'install', start: () => startOn(INSTALL) });
    assert.ok(runs > 150, `${runs}`);
  });
});
