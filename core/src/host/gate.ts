import {
  API_VERSION,
  type Capability,
  type Context,
  type HostError,
  type KeyedCapability,
  type Plugin,
  type PluginHost,
} from '@ostrata/contract';
import { coreError, joined, messageOf } from '../errors.ts';
import { type ConfigByPlugin, resolveConfig } from './config.ts';
import { Guard } from './guard.ts';
import { HookSet } from './hooks.ts';
import { orderPlugins } from './order.ts';
import { Recoveries } from './recoveries.ts';
import { Registry } from './registry.ts';
import { shapeProblem } from './shape.ts';

/** A plugin as it was found. */
export interface PluginEntry {
  readonly plugin: Plugin;
  /** Where it came from: a file, or the package it is built into. */
  readonly origin: string;
  /** Version of its package, where that is known. */
  readonly version?: string;
}

/** All plugins, applied and sealed: what a run works with. */
export interface Loaded {
  /** In order. */
  readonly entries: readonly PluginEntry[];
  readonly registry: Registry;
  readonly hooks: HookSet;
  readonly guard: Guard;
  readonly recoveries: Recoveries;
}

/** Checks plugins, one kind of check after the other, each with its own code, and lets them register. */
export async function passGate(
  given: readonly PluginEntry[],
  config: ConfigByPlugin,
  choices: { readonly [slot: string]: string },
): Promise<Loaded> {
  for (const entry of given) checkShape(entry);
  checkNames(given);
  for (const entry of given) await checkApiVersion(entry);
  const entries = orderPlugins(given);
  const plugins = entries.map((entry) => entry.plugin);
  const configs = await resolveConfig(plugins, config);

  const codes = plugins.flatMap((plugin) =>
    Object.keys(plugin.errors ?? {}).map((code) => [code, plugin.name] as const),
  );
  const guard = new Guard(new Map(codes));
  const loaded = {
    entries,
    guard,
    registry: new Registry(choices),
    hooks: new HookSet(guard),
    recoveries: new Recoveries(),
  };
  for (const plugin of plugins) apply(plugin, loaded, configs.get(plugin.name));
  checkRequires(plugins, loaded.registry);
  checkChoices(loaded.registry);
  return loaded;
}

function checkShape({ plugin, origin }: PluginEntry): void {
  const problem = shapeProblem(plugin);
  if (problem === null) return;
  throw coreError('PLUGIN_SHAPE', `${origin} is no plugin: ${problem}.`, {
    hint: 'A plugin module has a default export made with definePlugin({ name, apiVersion, apply }).',
    data: { origin },
  });
}

function checkNames(entries: readonly PluginEntry[]): void {
  const origins = new Map<string, string>();
  for (const { plugin, origin } of entries) {
    const other = origins.get(plugin.name);
    if (other !== undefined) {
      throw coreError('PLUGIN_DUPLICATE', `Two plugins are named ${plugin.name}: ${other} and ${origin}.`, {
        hint: 'Enable only one of them.',
        data: { plugin: plugin.name, origins: [other, origin] },
      });
    }
    origins.set(plugin.name, origin);
  }
}

async function checkApiVersion({ plugin, origin }: PluginEntry): Promise<void> {
  // What most plugins say: known without what reads ranges.
  if (plugin.apiVersion === `^${API_VERSION}`) return;
  const { default: satisfies } = await import('semver/functions/satisfies.js');
  if (satisfies(API_VERSION, plugin.apiVersion, { includePrerelease: true })) return;
  throw coreError(
    'PLUGIN_API_VERSION',
    `The plugin ${plugin.name} (${origin}) is written for version ${plugin.apiVersion} of the plugin contract; this is ${API_VERSION}.`,
    { hint: 'Install a version of the plugin that fits.', data: { plugin: plugin.name, wanted: plugin.apiVersion } },
  );
}

function apply(plugin: Plugin, loaded: Loaded, config: unknown): void {
  const { name } = plugin;
  let sealed = false;
  const checkSeal = () => {
    if (!sealed) return;
    const message = `The plugin ${name} tried to register something after its apply function had returned.`;
    throw coreError('HOST_SEALED', message, { hint: 'Register in apply, and decide later, in taps and providers.' });
  };
  const host: PluginHost = Object.freeze({
    config,
    hooks: loaded.hooks.faces(name, checkSeal),
    provide: (token: Capability<unknown> | KeyedCapability<unknown>, ...rest: unknown[]) => {
      checkSeal();
      const [key, make] = token.keyed ? rest : [null, rest[0]];
      if ((token.keyed && typeof key !== 'string') || typeof make !== 'function') {
        throw new TypeError(`provide(${token.name}, …) needs ${token.keyed ? 'a key and ' : ''}a function`);
      }
      loaded.registry.add(token.name, key as string | null, { plugin: name, make: make as (ctx: Context) => unknown });
    },
    recover: (kind: string, recovery) => {
      checkSeal();
      loaded.recoveries.add(kind, name, recovery);
    },
  } satisfies PluginHost);

  try {
    const result: unknown = loaded.guard.callSync({ stage: null, hook: null, plugin: name }, () => plugin.apply(host));
    if (result !== undefined) throw new TypeError('apply must return nothing, and no promise');
  } catch (error) {
    throw coreError('PLUGIN_APPLY_FAILED', `The plugin ${name} could not be set up: ${messageOf(error)}`, {
      cause: error,
      data: { plugin: name },
    });
  } finally {
    sealed = true;
  }
}

function checkRequires(plugins: readonly Plugin[], registry: Registry): void {
  const problems: HostError[] = plugins.flatMap((plugin) =>
    (plugin.requires ?? [])
      .filter((slot) => !registry.has(slot))
      .map((slot) =>
        coreError(
          'REQUIREMENT_MISSING',
          `The plugin ${plugin.name} requires ${slot}, which no loaded plugin provides.`,
          {
            hint: `Enable a plugin that provides ${slot}, or disable ${plugin.name}.`,
            data: { plugin: plugin.name, capability: slot },
          },
        ),
      ),
  );
  if (problems.length > 0) throw joined('REQUIREMENT_MISSING', 'Plugins lack what they require.', problems);
}

function checkChoices(registry: Registry): void {
  for (const { slot, plugin, offered } of registry.wrongChoices()) {
    throw coreError(
      'CAPABILITY_CHOICE',
      `The configuration chooses ${plugin} for ${slot}, which it does not provide.`,
      {
        hint: offered.length > 0 ? `Choose one of: ${offered.join(', ')}.` : `No loaded plugin provides ${slot}.`,
        data: { capability: slot, plugin, offered },
      },
    );
  }
}
