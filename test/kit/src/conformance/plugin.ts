import assert from 'node:assert/strict';
import { createHost, type Plugin } from '@ostrata/core';
import { testEnvironment } from '../environment.ts';
import { fakePlugins } from '../fakes/plugins.ts';
import { World } from '../fakes/world.ts';
import { type Case, refuses } from './case.ts';

/**
 * What every plugin must do, whatever it is for. It is loaded among the fakes; `config` is a valid configuration where it needs one,
 * and `beside` are plugins that provide what the fakes do not.
 */
export function pluginConformance(
  plugin: Plugin<never> | Plugin,
  options: { readonly config?: unknown; readonly beside?: readonly Plugin[] } = {},
): Case[] {
  const subject = plugin as Plugin;
  const load = async (config: unknown) => {
    using environment = testEnvironment();
    const plugins = [...fakePlugins(new World()), ...(options.beside ?? []), subject];
    const entries = plugins.map((item) => ({ plugin: item, origin: `conformance:${item.name}` }));
    return await createHost({
      plugins: entries,
      environment,
      config: config === undefined ? {} : { [subject.name]: config },
    });
  };
  return [
    {
      name: 'passes the gate',
      run: async () => {
        const host = await load(options.config);
        assert.ok(host.inspect().plugins.some(({ name }) => name === subject.name));
      },
    },
    {
      name: 'takes part in something',
      run: async () => {
        const info = (await load(options.config)).inspect().plugins.find(({ name }) => name === subject.name);
        const parts = [info?.capabilities, info?.unchosen, info?.hooks, info?.commands].flatMap((list) => list ?? []);
        assert.ok(parts.length > 0, 'registers no provider, no tap and no command');
      },
    },
    {
      name: 'registers the same when it is loaded again',
      run: async () => {
        const [first, second] = [await load(options.config), await load(options.config)];
        assert.deepEqual(second.inspect().plugins, first.inspect().plugins);
      },
    },
    {
      name: 'refuses options that it does not know',
      run: async () => {
        const base = typeof options.config === 'object' ? options.config : {};
        await refuses(load({ ...base, 'no-such-option': 1 }), 'an unknown option');
      },
    },
    {
      name: 'explains its error codes',
      run: async () => {
        for (const [code, meaning] of Object.entries(subject.errors ?? {})) {
          assert.match(code, /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/);
          assert.match(meaning, /\S.*\.$/, `${code} is explained in no sentence`);
        }
      },
    },
    {
      name: 'has commands that are data',
      run: async () => {
        const ids = (subject.commands ?? []).map(({ id }) => id);
        assert.equal(new Set(ids).size, ids.length, 'two commands have one id');
        for (const command of subject.commands ?? []) {
          const { id, summary } = command;
          assert.match(id, /^[a-z][a-z-]*( [a-z][a-z-]*)*$/);
          assert.match(summary, /\S/);
          assert.ok(
            ['run', 'runRaw', 'request'].some((name) => typeof Reflect.get(command, name) === 'function'),
            `${id} cannot run`,
          );
        }
      },
    },
  ];
}
