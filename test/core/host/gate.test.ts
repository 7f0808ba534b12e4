import assert from 'node:assert/strict';
import { type Plugin, SOLVER, TRANSPORT } from '@ostrata/core';
import { hostOf, plugin, saidBy, thrown } from '../support.ts';

describe('gate', () => {
  const shapes: [string, unknown, RegExp][] = [
    ['nothing', null, /no object/],
    ['a function', () => {}, /no object/],
    ['a name with capitals', { name: 'A', apiVersion: '*', apply() {} }, /`name`/],
    ['no version', { name: 'a', apply() {} }, /`apiVersion`/],
    ['no apply', { name: 'a', apiVersion: '*' }, /`apply`/],
    ['requires as text', { name: 'a', apiVersion: '*', apply() {}, requires: 'solver' }, /`requires`/],
    ['after as numbers', { name: 'a', apiVersion: '*', apply() {}, after: [1] }, /`after`/],
    ['a schema that is none', { name: 'a', apiVersion: '*', apply() {}, config: 1 }, /`config`/],
    ['commands as an object', { name: 'a', apiVersion: '*', apply() {}, commands: {} }, /`commands`/],
  ];
  for (const [what, value, message] of shapes) {
    it(`refuses ${what} for a plugin`, async () => {
      const error = await thrown(hostOf([value as Plugin]));
      assert.equal(error.code, 'PLUGIN_SHAPE');
      assert.match(error.message, message);
      assert.match(error.message, /^\/plugins\//);
    });
  }

  it('refuses two plugins of one name, naming both files', async () => {
    const error = await thrown(hostOf([plugin('a'), plugin('a')]));
    assert.equal(error.code, 'PLUGIN_DUPLICATE');
    assert.match(error.message, /named a: .*a\.ts and .*a\.ts/);
  });

  it('refuses another version of the contract, and a range that is none', async () => {
    for (const apiVersion of ['^9.0.0', 'whatever']) {
      const error = await thrown(hostOf([plugin('a', () => {}, { apiVersion })]));
      assert.equal(error.code, 'PLUGIN_API_VERSION');
      assert.match(error.message, /plugin a .*0\.1\.0/);
    }
  });

  it('checks shape, then names, then version, then order, then configuration, before anything is applied', async () => {
    let applied = 0;
    const count = () => {
      applied += 1;
    };
    const duplicate = plugin('a', count, { apiVersion: '^9.0.0' });
    const cyclic = [plugin('x', count, { after: ['y'], apiVersion: '^9.0.0' }), plugin('y', count, { after: ['x'] })];
    assert.equal((await thrown(hostOf([duplicate, duplicate, null as unknown as Plugin]))).code, 'PLUGIN_SHAPE');
    assert.equal((await thrown(hostOf([duplicate, duplicate]))).code, 'PLUGIN_DUPLICATE');
    assert.equal((await thrown(hostOf(cyclic))).code, 'PLUGIN_API_VERSION');
    assert.equal(applied, 0);
  });

  it('names the plugin whose apply fails, and refuses an asynchronous one', async () => {
    const error = await thrown(
      hostOf([
        plugin('a', () => {
          throw new Error('boom');
        }),
      ]),
    );
    assert.equal(error.code, 'PLUGIN_APPLY_FAILED');
    assert.match(error.message, /plugin a .*boom/);
    const later = await thrown(hostOf([plugin('b', (async () => {}) as unknown as Plugin['apply'])]));
    assert.equal(later.code, 'PLUGIN_APPLY_FAILED');
    assert.match(later.message, /no promise/);
  });

  it('reports everything that is required and missing at once', async () => {
    const error = await thrown(
      hostOf([plugin('a', () => {}, { requires: ['solver', 'transport:https', 'transport'] })]),
    );
    assert.equal(error.code, 'REQUIREMENT_MISSING');
    assert.equal(error.problems.length, 3);
    assert.match(saidBy(error), /transport:https/);
  });

  it('takes a requirement of a keyed capability as any key or as one', async () => {
    const provider = plugin('p', (host) => {
      host.provide(SOLVER, () => ({}) as never);
      host.provide(TRANSPORT, 'https', () => ({}) as never);
    });
    await hostOf([plugin('a', () => {}, { requires: ['solver', 'transport', 'transport:https'] }), provider]);
    const error = await thrown(hostOf([plugin('a', () => {}, { requires: ['transport:ftp'] }), provider]));
    assert.equal(error.code, 'REQUIREMENT_MISSING');
  });

  it('refuses a second tap of the same hook, a provider without a key, and a tap that is no function', async () => {
    const wrong: Plugin['apply'][] = [
      (host) => host.hooks['request.check'].tapPromise(undefined as never),
      (host) => host.provide(TRANSPORT as never, () => ({}) as never),
      (host) => {
        host.hooks['request.check'].tapPromise(() => {});
        host.hooks['request.check'].tapPromise(() => {});
      },
    ];
    for (const apply of wrong) assert.equal((await thrown(hostOf([plugin('a', apply)]))).code, 'PLUGIN_APPLY_FAILED');
  });

  it('shows plugins faces that only register', async () => {
    await hostOf([
      plugin('a', (host) => {
        assert.deepEqual(Object.keys(host.hooks['commit.sign']), ['tapPromise']);
        assert.ok(Object.isFrozen(host) && Object.isFrozen(host.hooks));
      }),
    ]);
  });
});

describe('seal', () => {
  it('refuses registrations after apply has returned', async () => {
    const late: (() => void)[] = [];
    await hostOf([
      plugin('a', (host) => {
        late.push(() => host.hooks['commit.sign'].tapPromise(() => {}));
        late.push(() => host.provide(SOLVER, () => ({}) as never));
        late.push(() => host.recover('a.x', { undo() {}, redo() {} }));
      }),
      plugin('b', () => {
        for (const register of late) assert.throws(register, { code: 'HOST_SEALED' });
      }),
    ]);
    for (const register of late) assert.throws(register, { code: 'HOST_SEALED' });
  });
});
