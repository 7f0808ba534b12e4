import type { HostError, Json, Plugin } from '@ostrata/contract';
import type { Ajv2020, ErrorObject } from 'ajv/dist/2020.js';
import { coreError, joined, messageOf } from '../errors.ts';
import { deepFreeze } from './freeze.ts';
import { isEmptyObject, schemaDefaults } from './schema-defaults.ts';

export type ConfigByPlugin = { readonly [plugin: string]: unknown };

/**
 * Validates the configuration of all plugins and fills in defaults. Throws one PLUGIN_CONFIG with every problem of every plugin;
 * each has `data: {plugin, path}` where `path` is a JSON pointer into the plugin's configuration.
 */
export async function resolveConfig(plugins: readonly Plugin[], config: ConfigByPlugin): Promise<Map<string, unknown>> {
  const problems: HostError[] = [];
  const resolved = new Map<string, unknown>();
  let ajv: Ajv2020 | undefined;

  for (const name of Object.keys(config)) {
    if (!plugins.some((plugin) => plugin.name === name)) {
      problems.push(
        problem(name, '', 'is configured and not loaded', 'Enable the plugin, or remove its configuration.'),
      );
    }
  }
  for (const plugin of plugins) {
    let given = structuredClone(config[plugin.name] ?? {});
    const empty = isEmptyObject(given);
    const defaults = empty && plugin.config !== undefined ? schemaDefaults(plugin.config) : undefined;
    if (defaults !== undefined) given = defaults;
    else if (plugin.config !== undefined) {
      ajv ??= await loadAjv();
      problems.push(...validate(ajv, plugin, given));
    } else if (!empty) problems.push(problem(plugin.name, '', 'takes no configuration', 'Remove its configuration.'));
    resolved.set(plugin.name, deepFreeze(given));
  }
  if (problems.length > 0) throw joined('PLUGIN_CONFIG', 'The configuration has problems.', problems);
  return resolved;
}

async function loadAjv(): Promise<Ajv2020> {
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  return new Ajv2020({ allErrors: true, useDefaults: true, allowUnionTypes: true });
}

function validate(ajv: Ajv2020, plugin: Plugin, given: unknown): HostError[] {
  const schema = plugin.config ?? {};
  let check: ReturnType<Ajv2020['compile']>;
  try {
    check = ajv.compile(schema);
  } catch (error) {
    throw coreError('PLUGIN_SHAPE', `The configuration schema of ${plugin.name} is none: ${messageOf(error)}.`, {
      cause: error,
    });
  }
  if (check(given)) return [];
  return (check.errors ?? []).map((error) => problem(plugin.name, error.instancePath, describe(error), null));
}

function describe(error: ErrorObject): string {
  const { params, keyword } = error as { params: { [key: string]: Json }; keyword: string };
  if (keyword === 'additionalProperties') return `has no option ${JSON.stringify(params['additionalProperty'])}`;
  if (keyword === 'enum') return `must be one of ${JSON.stringify(params['allowedValues'])}`;
  if (keyword === 'const') return `must be ${JSON.stringify(params['allowedValue'])}`;
  return error.message ?? `does not satisfy ${keyword}`;
}

function problem(plugin: string, path: string, text: string, hint: string | null): HostError {
  const where = path === '' ? plugin : `${plugin}: ${path.slice(1).replaceAll('/', '.')}`;
  const options = { data: { plugin, path } };
  return coreError('PLUGIN_CONFIG', `${where} ${text}.`, hint === null ? options : { ...options, hint });
}
