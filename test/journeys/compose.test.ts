import assert from 'node:assert/strict';
import {
  chaos,
  DATABASE,
  type Start,
  testEnvironment,
  testHost,
  testIntent,
  testRequest,
  World,
} from '@ostrata/testkit';

function composeWorld(): World {
  const world = new World();
  world.sources.set('main', {
    packages: [
      { name: 'app', requires: ['lib >= 2'], files: { 'usr/bin/app': 'app\n' }, script: 'app-post' },
      { name: 'lib', version: '1', files: { 'usr/lib/lib.so': 'one\n' } },
      { name: 'lib', version: '2', files: { 'usr/lib/lib.so': 'two\n' } },
      { name: 'kernel', files: { 'usr/lib/modules/6.1/vmlinuz': 'kernel\n' } },
    ],
  });
  world.programs.set('app-post', () => ({ output: ['hello'] }));
  return world;
}

describe('journey: compose on fakes', () => {
  it('makes a commit of the solved packages, and says unchanged the second time', async () => {
    using environment = testEnvironment();
    const world = composeWorld();
    const host = await testHost({ world, environment });
    const request = testRequest({ intent: testIntent('app', 'kernel') });

    const first = await host.run(request);
    assert.equal(first.status, 'done');
    assert.deepEqual(
      first.plan?.inputs.install.map(({ name, version, reason }) => `${name} ${version} ${reason}`),
      ['lib 2 dependency', 'app 1 requested', 'kernel 1 requested'],
    );
    const store = world.stores.find('/work');
    assert.equal(await store.resolve('test/stable'), first.commit?.id);
    const tree = await store.openTree(first.commit?.id ?? '');
    assert.equal(Buffer.from(tree.readFile('usr/lib/lib.so')).toString(), 'two\n');
    assert.ok(tree.lookup('usr/lib/modules/6.1/initramfs.img'));
    assert.ok(tree.lookup(DATABASE));

    const second = await host.run(request);
    assert.equal(second.status, 'unchanged');
    assert.equal(second.commit, null);
  });

  it('gives the same commit from a Plan that was written down', async () => {
    using environment = testEnvironment();
    const request = testRequest({ intent: testIntent('app', 'kernel') });
    const direct = await (await testHost({ world: composeWorld(), environment })).run(request);
    const world = composeWorld();
    const host = await testHost({ world, environment });
    const preview = await host.run({ ...request, until: 'resolve' });
    assert.equal(preview.commit, null);
    const outcome = await host.run({ plan: JSON.parse(JSON.stringify(preview.plan)) });
    assert.equal(outcome.commit?.id, direct.commit?.id);
  });

  it('keeps the repository as before or complete, whatever happens', async function () {
    this.timeout(60_000);
    const { failpoints } = await chaos({ name: 'compose', start: startCompose });
    for (const hook of ['request.complete', 'resolve.plan', 'assemble.scripts', 'commit.sign', 'finalize.report']) {
      assert.ok(failpoints.includes(`hook.${hook}.before`), hook);
    }
  });
});

async function startCompose(): Promise<Start> {
  const world = composeWorld();
  await world.stores.ensure('/repo');
  await world.stores.ensure('/work');
  const environment = testEnvironment();
  const request = testRequest({ intent: testIntent('app', 'kernel'), store: { work: '/work', target: '/repo' } });
  return {
    environment,
    input: request,
    host: (failpoint) => testHost({ world, environment, ...(failpoint ? { failpoint } : {}) }),
    // Package refs of the work repository are a cache.
    visible: async () => (await world.stores.visible())['/repo'],
    [Symbol.dispose]: () => environment[Symbol.dispose](),
  };
}
