import type { Context, Environment, Outcome } from '@ostrata/contract';
import { CORE_ERRORS } from './errors.ts';
import type { FailpointHandler } from './failpoint.ts';
import { type PluginEntry, passGate } from './host/gate.ts';
import type { Pending } from './host/guard.ts';
import { type Inspection, inspect } from './host/inspect.ts';
import type { RunInput } from './run/corridor.ts';
import { addCoreRecoveries } from './run/recover.ts';
import { type HostSettings, type RunOptions, RunState } from './run/run-state.ts';

export interface HostOptions {
  /** In the order of the configuration's list. */
  readonly plugins: readonly PluginEntry[];
  /** Configuration by plugin name. */
  readonly config?: { readonly [plugin: string]: unknown };
  /** Which plugin answers a capability that several provide: `{ solver: 'solver-sat', 'transport:https': 'fetch-http' }`. */
  readonly capabilities?: { readonly [slot: string]: string };
  readonly environment: Environment;
  /** Seconds since the epoch; the clock when absent. */
  readonly now?: () => number;
  /** For tests: hears of every place at which the run can be made to fail. */
  readonly failpoint?: FailpointHandler;
}

/** A context for what only asks: commands that list and show. `close` takes down what providers have set up. */
export interface Session {
  readonly ctx: Context;
  close(): Promise<void>;
}

/** All plugins, checked and registered. */
export interface Host {
  /**
   * Walks the corridor once, from a request or a Plan. One at a time a state directory.
   * Throws a HostError; the system is then as before or, after the boot swap, complete.
   */
  run(input: RunInput, options?: RunOptions): Promise<Outcome>;
  context(options?: RunOptions): Session;
  /** Does something with such a context, a plugin's command for one, and closes it. */
  query<T>(work: (ctx: Context) => T | Promise<T>, options?: RunOptions): Promise<T>;
  /** A word that changes whenever a run of anybody ends. */
  lastRun(): Promise<string>;
  readonly environment: Environment;
  /** What is loaded and what it does; with the time spent in each so far. */
  inspect(): Inspection;
  /** Plugin code that was called and has not come back. */
  pending(): readonly Pending[];
}

/** Lets plugins through the gate. Throws the HostError of the first check that fails. */
export async function createHost(options: HostOptions): Promise<Host> {
  const loaded = await passGate(options.plugins, options.config ?? {}, options.capabilities ?? {});
  addCoreRecoveries(loaded.recoveries);
  const settings: HostSettings = {
    loaded,
    environment: Object.freeze({ ...options.environment }),
    now: options.now ?? (() => Math.floor(Date.now() / 1000)),
    failpoint: options.failpoint ?? (() => {}),
  };
  return {
    // Most commands only ask.
    run: async (input, runOptions = {}) => (await import('./run/run.ts')).run(settings, input, runOptions),
    context: (runOptions = {}) => {
      const state = new RunState(settings, runOptions);
      return { ctx: state.contextFor(null, null), close: () => state.close() };
    },
    query: async (work, runOptions = {}) => {
      const state = new RunState(settings, runOptions);
      const origin = { stage: null, hook: null, plugin: null };
      try {
        return await loaded.guard.call(origin, state.watch, () => work(state.contextFor(null, null)));
      } finally {
        await state.close();
      }
    },
    lastRun: async () => (await import('./run/last-run.ts')).lastRun(settings.environment.stateDir),
    environment: settings.environment,
    inspect: () => inspect(loaded),
    pending: () => loaded.guard.pending,
  };
}

/** Codes of the core with their meanings. */
export const errors = CORE_ERRORS;
