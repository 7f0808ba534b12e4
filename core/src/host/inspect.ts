import type { Loaded } from './gate.ts';
import type { Timing } from './guard.ts';
import { HOOK_NAMES } from './hooks.ts';

/** What `ostrata plugins` shows of one plugin. */
export interface PluginInfo {
  readonly name: string;
  readonly version: string | null;
  readonly origin: string;
  /** From 0: the order in which taps run. */
  readonly order: number;
  readonly after: readonly string[];
  readonly requires: readonly string[];
  /** Capabilities it answers: `solver`, `transport:https`. */
  readonly capabilities: readonly string[];
  /** Capabilities it could answer, but another plugin was chosen or none of several. */
  readonly unchosen: readonly string[];
  readonly hooks: readonly string[];
  readonly commands: readonly string[];
}

export interface Inspection {
  readonly plugins: readonly PluginInfo[];
  /** For every hook, the plugins that tap it, in order. */
  readonly hooks: { readonly [hook: string]: readonly string[] };
  readonly timings: readonly Timing[];
}

export function inspect(loaded: Loaded): Inspection {
  const hooks = Object.fromEntries(HOOK_NAMES.map((hook) => [hook, loaded.hooks.tappedBy(hook)]));
  const plugins = loaded.entries.map(({ plugin, origin, version }, order): PluginInfo => {
    const serves = loaded.registry.servedBy(plugin.name);
    return {
      name: plugin.name,
      version: version ?? null,
      origin,
      order,
      after: plugin.after ?? [],
      requires: plugin.requires ?? [],
      capabilities: serves,
      unchosen: loaded.registry.offeredBy(plugin.name).filter((slot) => !serves.includes(slot)),
      hooks: HOOK_NAMES.filter((hook) => hooks[hook]?.includes(plugin.name)),
      commands: (plugin.commands ?? []).map((command) => command.id),
    };
  });
  return { plugins, hooks, timings: loaded.guard.timings };
}
