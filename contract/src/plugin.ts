import type { Capability, KeyedCapability } from './capabilities/token.ts';
import type { CommandSpec, JourneyCommandSpec, RawCommandSpec } from './command.ts';
import type { Context } from './context.ts';
import type { ErrorTable } from './errors.ts';
import type { HookFaces } from './lifecycle.ts';
import type { Json } from './records/index.ts';

/** Version of this contract; a plugin's `apiVersion` is a semver range over it. */
export const API_VERSION = '0.1.0';

/** Brings the world back in order after a crash. Both must be idempotent. */
export interface Recovery {
  /** Before the point of no return: as if it had never begun. */
  undo(data: Json, ctx: Context): Promise<void> | void;
  /** After it: completes. */
  redo(data: Json, ctx: Context): Promise<void> | void;
}

/** What `apply` is given: registers only. */
export interface PluginHost<Config = unknown> {
  /** Validated against the plugin's schema, defaults filled in, frozen. */
  readonly config: Config;
  readonly hooks: HookFaces;
  /** Offers a provider; `make` runs on first use, once a run. */
  provide<T>(token: Capability<T>, make: (ctx: Context) => T | Promise<T>): void;
  provide<T>(token: KeyedCapability<T>, key: string, make: (ctx: Context) => T | Promise<T>): void;
  /** How to recover journal lines that this plugin's `ctx.intend(kind, …)` wrote. */
  recover(kind: string, recovery: Recovery): void;
}

/** A plugin: data about itself and one function that registers what it does. */
export interface Plugin<Config = unknown> {
  /** Unique among the loaded: `boot-grub`. Lower case, digits and dashes. */
  readonly name: string;
  /** semver range over {@link API_VERSION}. */
  readonly apiVersion: string;
  /** Capabilities that must have a provider: `object-store`, `transport:https`. */
  readonly requires?: readonly string[];
  /** Plugins whose taps run before this one's, where they are loaded. */
  readonly after?: readonly string[];
  /** JSON Schema (draft 2020-12) of `config`, with defaults. Without one no configuration is accepted. */
  readonly config?: { readonly [key: string]: Json };
  readonly errors?: ErrorTable;
  readonly commands?: readonly (CommandSpec | JourneyCommandSpec | RawCommandSpec)[];
  /** Synchronous; registers only, does no I/O. */
  apply(host: PluginHost<Config>): void;
}

/** Types a plugin where it is defined. */
export function definePlugin<Config = unknown>(plugin: Plugin<Config>): Plugin<Config> {
  return plugin;
}
