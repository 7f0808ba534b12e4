import assert from 'node:assert/strict';
import { DATABASE, testEnvironment, testHost, testIntent, testRequest, World } from '@ostrata/testkit';

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
});
