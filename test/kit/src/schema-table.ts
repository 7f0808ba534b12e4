import assert from 'node:assert/strict';
import { createHost, isHostError, type Plugin } from '@ostrata/core';
import type { Case } from './conformance/case.ts';
import { testEnvironment } from './environment.ts';

/** A row of a table: a configuration, and either what becomes of it or the paths (JSON pointers) at which it is wrong. */
export type SchemaRow =
  | { readonly name: string; readonly config: unknown; readonly becomes: unknown }
  | { readonly name: string; readonly config: unknown; readonly wrongAt: readonly string[] };

/** Tests a plugin's configuration schema, through the gate that checks it for users. */
export function schemaTable(plugin: Plugin<never> | Plugin, rows: readonly SchemaRow[]): Case[] {
  return rows.map((row) => ({
    name: row.name,
    run: async () => {
      const result = await configOf(plugin as Plugin, row.config);
      if ('becomes' in row) assert.deepEqual(result, { config: row.becomes });
      else assert.deepEqual(result, { wrongAt: [...row.wrongAt].sort() });
    },
  }));
}

/** What the gate makes of a configuration; nothing of the plugin but its schema takes part. */
async function configOf(plugin: Plugin, config: unknown): Promise<{ config: unknown } | { wrongAt: string[] }> {
  using environment = testEnvironment();
  let seen: unknown;
  const shell: Plugin = {
    name: plugin.name,
    apiVersion: plugin.apiVersion,
    ...(plugin.config === undefined ? {} : { config: plugin.config }),
    apply: (host) => {
      seen = host.config;
    },
  };
  try {
    await createHost({
      plugins: [{ plugin: shell, origin: 'schema table' }],
      environment,
      config: { [plugin.name]: config },
    });
    return { config: seen };
  } catch (error) {
    if (!isHostError(error) || error.code !== 'PLUGIN_CONFIG') throw error;
    const problems = error.problems.length > 0 ? error.problems : [error];
    return { wrongAt: problems.map(({ data }) => String(data['path'])).sort() };
  }
}
