import assert from 'node:assert/strict';
import { type Host, type Plugin, SOLVER, TRANSPORT } from '@ostrata/core';
import { hostOf, plugin, thrown } from '../support.ts';

const solver = (name: string): Plugin => plugin(name, (host) => host.provide(SOLVER, () => ({ name }) as never));
const transport = (name: string, ...keys: string[]): Plugin =>
  plugin(name, (host) => {
    for (const key of keys) host.provide(TRANSPORT, key, () => ({ name }) as never);
  });

async function nameOf(host: Host, key?: string): Promise<string> {
  const provider: unknown = await host.query<unknown>((ctx) =>
    key === undefined ? ctx.get(SOLVER) : ctx.get(TRANSPORT, key),
  );
  return (provider as { name: string }).name;
}

describe('registry', () => {
  it('gives the sole provider', async () => {
    assert.equal(await nameOf(await hostOf([solver('a')])), 'a');
  });

  it('gives the chosen one of several; says who there is when none is chosen', async () => {
    const plugins = [solver('a'), solver('b')];
    assert.equal(await nameOf(await hostOf(plugins, { capabilities: { solver: 'b' } })), 'b');
    const error = await thrown(nameOf(await hostOf(plugins)));
    assert.equal(error.code, 'CAPABILITY_AMBIGUOUS');
    assert.deepEqual(error.data['plugins'], ['a', 'b']);
    assert.match(error.hint ?? '', /"solver": a/);
  });

  it('has one provider a key, chosen for one key or for all', async () => {
    const plugins = [transport('a', 'http', 'https'), transport('b', 'https')];
    const one = await hostOf(plugins, { capabilities: { 'transport:https': 'b' } });
    assert.equal(await nameOf(one, 'https'), 'b');
    assert.equal(await nameOf(one, 'http'), 'a');
    assert.equal(await nameOf(await hostOf(plugins, { capabilities: { transport: 'b' } }), 'https'), 'b');
    assert.equal(await nameOf(await hostOf(plugins, { capabilities: { transport: 'b' } }), 'http'), 'a');
    assert.equal((await thrown(nameOf(await hostOf(plugins), 'https'))).code, 'CAPABILITY_AMBIGUOUS');
    assert.deepEqual(await one.query((ctx) => ctx.keys(TRANSPORT)), ['http', 'https']);
  });

  it('says what is missing, and which keys there are', async () => {
    const host = await hostOf([transport('a', 'http')]);
    assert.equal((await thrown(nameOf(host))).code, 'CAPABILITY_MISSING');
    const error = await thrown(nameOf(host, 'ftp'));
    assert.equal(error.code, 'CAPABILITY_MISSING');
    assert.match(error.message, /transport:ftp.*http/);
  });

  it('refuses a choice that nobody answers', async () => {
    for (const capabilities of [{ solver: 'b' }, { sandbox: 'a' }, { 'transport:https': 'a' }]) {
      const error = await thrown(hostOf([solver('a')], { capabilities: capabilities as { [slot: string]: string } }));
      assert.equal(error.code, 'CAPABILITY_CHOICE');
    }
  });

  it('refuses that one plugin provides something twice', async () => {
    const error = await thrown(hostOf([transport('a', 'http', 'http')]));
    assert.match(error.message, /a provides transport:http twice/);
  });

  it('makes a provider on first use, once a run, and shows whose maker failed', async () => {
    let made = 0;
    const host = await hostOf([plugin('a', (face) => face.provide(SOLVER, () => ({ made: ++made }) as never))]);
    await host.query(async (ctx) => {
      assert.equal(made, 0);
      assert.equal(await ctx.get(SOLVER), await ctx.get(SOLVER));
    });
    await host.query((ctx) => ctx.get(SOLVER));
    assert.equal(made, 2);

    const broken = await hostOf([
      plugin('b', (face) =>
        face.provide(SOLVER, () => {
          throw new Error('boom');
        }),
      ),
    ]);
    const error = await thrown(broken.query((ctx) => ctx.get(SOLVER)));
    assert.equal(error.code, 'PLUGIN_FAILED');
    assert.equal(error.origin?.plugin, 'b');
    const empty = await hostOf([plugin('c', (face) => face.provide(SOLVER, () => null as never))]);
    assert.equal((await thrown(empty.query((ctx) => ctx.get(SOLVER)))).code, 'CAPABILITY_MISSING');
  });

  it('is shown by inspect, with who was not chosen', async () => {
    const host = await hostOf([solver('a'), solver('b'), transport('c', 'http')], { capabilities: { solver: 'a' } });
    const { plugins } = host.inspect();
    assert.deepEqual(
      plugins.map(({ capabilities }) => capabilities),
      [['solver'], [], ['transport:http']],
    );
    assert.deepEqual(
      plugins.map(({ unchosen }) => unchosen),
      [[], ['solver'], []],
    );
    assert.deepEqual(
      plugins.map(({ origin }) => origin),
      ['/plugins/a.ts', '/plugins/b.ts', '/plugins/c.ts'],
    );
  });
});
