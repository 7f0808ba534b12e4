import assert from 'node:assert/strict';
import type { Plugin } from '@ostrata/core';
import { hostOf, plugin, saidBy, thrown } from '../support.ts';

const SCHEMA: NonNullable<Plugin['config']> = {
  type: 'object',
  additionalProperties: false,
  properties: {
    level: { type: 'integer', default: 3 },
    mode: { enum: ['fast', 'slow'] },
    nested: { type: 'object', default: {}, properties: { deep: { type: 'string', default: 'x' } } },
  },
};

describe('configuration of plugins', () => {
  it('fills in defaults, also nested ones, and freezes what the plugin sees', async () => {
    let seen: unknown;
    const given = { a: { mode: 'fast' } };
    await hostOf(
      [
        plugin(
          'a',
          (host) => {
            seen = host.config;
          },
          { config: SCHEMA },
        ),
      ],
      { config: given },
    );
    assert.deepEqual(seen, { mode: 'fast', level: 3, nested: { deep: 'x' } });
    assert.ok(Object.isFrozen(seen) && Object.isFrozen((seen as { nested: object }).nested));
    assert.deepEqual(given, { a: { mode: 'fast' } });
  });

  it('reports all problems of all plugins at once, with plugin and path', async () => {
    const error = await thrown(
      hostOf([plugin('a', () => {}, { config: SCHEMA }), plugin('b')], {
        config: { a: { level: 'high', mode: 'medium', colour: 1 }, b: { x: 1 }, ghost: {} },
      }),
    );
    assert.equal(error.code, 'PLUGIN_CONFIG');
    assert.deepEqual(error.problems.map(({ data }) => `${data['plugin']}${data['path']}`).sort(), [
      'a',
      'a/level',
      'a/mode',
      'b',
      'ghost',
    ]);
    assert.match(saidBy(error), /a has no option "colour"/);
    assert.match(saidBy(error), /a: mode must be one of \["fast","slow"\]/);
    assert.match(saidBy(error), /b takes no configuration/);
    assert.match(saidBy(error), /ghost is configured and not loaded/);
  });

  it('says whose schema is broken', async () => {
    const error = await thrown(hostOf([plugin('a', () => {}, { config: { type: 'nonsense' } })]));
    assert.equal(error.code, 'PLUGIN_SHAPE');
    assert.match(error.message, /schema of a/);
  });
});
