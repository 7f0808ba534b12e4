import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from '@ostrata/core';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { schemaDefaults } from '../../../core/src/host/schema-defaults.ts';

const PLUGINS = join(import.meta.dirname, '../../../plugins');

describe('defaults of a schema', () => {
  it('leaves to a validator what an empty object may not satisfy', () => {
    assert.equal(schemaDefaults({ type: 'nonsense' }), undefined);
    assert.equal(schemaDefaults({ type: 'object', required: ['a'] } as object), undefined);
    assert.equal(schemaDefaults({ type: 'object', properties: { a: { type: 'string', default: {} } } }), undefined);
    assert.deepEqual(schemaDefaults({ type: 'object', additionalProperties: false } as object), {});
  });

  it('does not hand out the default itself', () => {
    const list: string[] = [];
    const filled = schemaDefaults({ type: 'object', properties: { list: { default: list } } });
    assert.deepEqual(filled, { list });
    assert.notEqual(filled?.['list'], list);
  });

  for (const name of readdirSync(PLUGINS).sort()) {
    it(`of ${name}: a valid schema, whose defaults are valid and what ajv fills in`, async () => {
      const { default: plugin } = (await import(join(PLUGINS, name, 'src/index.ts'))) as { default: Plugin };
      if (plugin.config === undefined) return;
      const ajv = new Ajv2020({ allErrors: true, useDefaults: true, allowUnionTypes: true });
      const filled = {};
      const check = ajv.compile(plugin.config);
      const valid = check(filled);
      const defaults = schemaDefaults(plugin.config);
      // Every built-in plugin starts without a validator.
      assert.ok(valid, ajv.errorsText(check.errors));
      assert.deepEqual(defaults, filled);
    });
  }
});
