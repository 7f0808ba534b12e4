import { existsSync, readdirSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { HostError } from '@ostrata/core';
import type { Code } from '../errors.ts';
import { DEFAULTS } from './defaults.ts';
import { type Layer, mergeLayers, type Provenance } from './merge.ts';
import { type Settings, settingsSchema } from './schema.ts';

/** Where the system's configuration is. */
export const SYSTEM_CONFIG = '/etc/ostrata';

export interface LoadedSettings {
  readonly settings: Settings;
  readonly files: readonly string[];
  readonly provenance: readonly Provenance[];
}

/** Reads the system's configuration (config.yaml, then config.d in name order), or only the given files; throws one error for all that is wrong. */
export async function loadSettings(given: readonly string[], system: string = SYSTEM_CONFIG): Promise<LoadedSettings> {
  const files = given.length > 0 ? given.map((file) => resolve(file)) : systemFiles(system);
  const layers = await Promise.all(files.map(readLayer));
  const problems = (await Promise.all(layers.map(validate))).flat();
  if (problems.length > 0) {
    throw new HostError<Code>('CONFIG_INVALID', `The configuration has ${count(problems.length, 'mistake')}.`, {
      problems,
      hint: 'See docs/configuration.md for what may be configured.',
    });
  }
  const defaults: Layer = { file: 'built-in default', data: { ...DEFAULTS } };
  const merged = mergeLayers([defaults, ...layers.map(anchorModules)]);
  return { settings: merged.value as unknown as Settings, files, provenance: merged.provenance };
}

function systemFiles(system: string): string[] {
  const folder = join(system, 'config.d');
  const extra = existsSync(folder) ? readdirSync(folder).filter((name) => /\.(ya?ml|json)$/.test(name)) : [];
  return [join(system, 'config.yaml'), ...extra.sort().map((name) => join(folder, name))].filter(existsSync);
}

async function readLayer(file: string): Promise<Layer> {
  // Most machines have no configuration file, and what reads one takes longer to load than all else.
  const { cosmiconfig, defaultLoaders } = await import('cosmiconfig');
  // Configuration is data: the loaders that would run code are left out.
  const { '.yaml': yaml, '.yml': yml, '.json': json } = defaultLoaders;
  const explorer = cosmiconfig('ostrata', { loaders: { '.yaml': yaml, '.yml': yml, '.json': json, noExt: yaml } });
  try {
    const result = await explorer.load(file);
    return { file, data: result === null || result.isEmpty ? {} : result.config };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new HostError<Code>('CONFIG_UNREADABLE', `The configuration file ${file} cannot be read: ${reason}`, {
      cause,
      data: { file },
      hint: 'Check that it exists and is valid YAML or JSON.',
    });
  }
}

async function validate(layer: Layer): Promise<HostError<Code>[]> {
  const { Ajv } = await import('ajv');
  const check = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(settingsSchema);
  if (check(layer.data)) return [];
  return (check.errors ?? []).map((error) => {
    const where = error.instancePath.replaceAll('/', '.').slice(1) || 'the top level';
    const extra = 'additionalProperty' in error.params ? ` "${error.params['additionalProperty']}"` : '';
    return new HostError<Code>('CONFIG_INVALID', `${layer.file}: ${where} ${error.message}${extra}.`, {
      data: { file: layer.file, path: error.instancePath },
    });
  });
}

/** Makes relative module paths absolute, so that they mean the same wherever ostrata is started; `name: null` means enabled. */
function anchorModules(layer: Layer): Layer {
  const plugins = layer.data['plugins'];
  if (typeof plugins !== 'object' || plugins === null) return layer;
  const anchored = Object.entries(plugins).map(([name, value]) => {
    const settings = value ?? { enabled: true };
    const path = settings.module;
    const relative = typeof path === 'string' && /^\.\.?\//.test(path) && !isAbsolute(path);
    return [name, relative ? { ...settings, module: join(dirname(layer.file), path) } : settings];
  });
  return { file: layer.file, data: { ...layer.data, plugins: Object.fromEntries(anchored) } };
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
