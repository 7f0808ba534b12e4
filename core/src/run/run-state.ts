import type { Capability, Context, Environment, HookName, Json, KeyedCapability, Stage } from '@ostrata/contract';
import { coreError } from '../errors.ts';
import type { FailpointHandler } from '../failpoint.ts';
import type { Loaded } from '../host/gate.ts';
import type { Watch } from '../host/guard.ts';
import { slotOf } from '../host/registry.ts';
import { HangWatch } from './hang.ts';
import { type EventListener, Events } from './progress.ts';
import { RunSignal } from './run-signal.ts';
import { Defers, type Transaction } from './transaction.ts';

/** What stays the same from run to run. */
export interface HostSettings {
  readonly loaded: Loaded;
  readonly environment: Environment;
  readonly now: () => number;
  readonly failpoint: FailpointHandler;
}

export interface RunOptions {
  /** Cancels the run, until the boot swap begins. */
  readonly signal?: AbortSignal;
  /** Hears what goes on. */
  readonly onEvent?: EventListener;
  /** What the user typed, for those that are told who holds the lock; else they are told the verb. */
  readonly commandLine?: string;
  /** What `Host.lastRun` said before the input was made: the run refuses to begin (CHANGED_MEANWHILE) where another one has ended since. */
  readonly asOf?: string;
}

/** Everything that belongs to one run, and the contexts that show it to stages, taps and providers. */
export class RunState {
  readonly settings: HostSettings;
  readonly events: Events;
  readonly runSignal: RunSignal;
  readonly defers = new Defers();
  hang: HangWatch;
  /** Null outside of a run, where nothing may be changed. */
  transaction: Transaction | null = null;
  stage: Stage | null = null;
  readonly #providers = new Map<string, Promise<unknown>>();

  constructor(settings: HostSettings, options: RunOptions) {
    this.settings = settings;
    this.events = new Events(options.onEvent);
    this.runSignal = new RunSignal(options.signal);
    this.hang = new HangWatch(settings.loaded.guard, () => this.stage);
  }

  get watch(): Watch {
    return { stage: this.stage, signal: this.runSignal.signal, hung: this.hang.hung };
  }

  contextFor(plugin: string | null, hook: HookName | null, signal = this.runSignal.signal): Context {
    const { environment, failpoint, now, loaded } = this.settings;
    const get = (token: Capability<unknown> | KeyedCapability<unknown>, key?: string) =>
      this.#provider(token.name, token.keyed ? (key ?? '') : null);
    return Object.freeze({
      environment,
      signal,
      progress: this.events.progressFor({ stage: this.stage, hook, plugin }),
      get: get as Context['get'],
      keys: (token: KeyedCapability<unknown>) => loaded.registry.keys(token.name),
      defer: (label: string, undo: () => void | Promise<void>) => this.defers.add(label, undo),
      intend: async (kind: string, data: Json) => this.#intend(kind, data),
      failpoint,
      now,
    });
  }

  /** A fresh start for what has to be done after the run has ended, cancelled, hung or not. */
  restart(): void {
    this.runSignal.reset();
    this.hang.stop();
    this.hang = new HangWatch(this.settings.loaded.guard, () => this.stage);
  }

  /** Takes everything down that the run set up for itself. */
  async close(): Promise<void> {
    const { progress } = this.contextFor(null, null);
    await this.defers.run((label, error) =>
      progress.warning('UNDO_FAILED', `${label} could not be taken down: ${error.message}`),
    );
    this.runSignal.mask();
    this.hang.stop();
  }

  #provider(name: string, key: string | null): Promise<unknown> {
    const slot = slotOf(name, key);
    const known = this.#providers.get(slot);
    if (known !== undefined) return known;
    const made = this.#make(name, key);
    this.#providers.set(slot, made);
    return made;
  }

  async #make(name: string, key: string | null): Promise<unknown> {
    const { loaded } = this.settings;
    const { plugin, make } = loaded.registry.find(name, key);
    const origin = { stage: this.stage, hook: null, plugin };
    const provider = await loaded.guard.call(origin, this.watch, () => make(this.contextFor(plugin, null)));
    if (provider === undefined || provider === null) {
      throw coreError('CAPABILITY_MISSING', `The plugin ${plugin} made nothing for ${slotOf(name, key)}.`, {
        hint: 'This is a bug of the plugin: its maker must return the provider.',
      });
    }
    return provider;
  }

  #intend(kind: string, data: Json): () => Promise<void> {
    if (this.transaction === null) {
      throw coreError('INTENT_OUTSIDE_RUN', `A journal line of kind ${kind} was to be written outside of a run.`, {
        hint: 'Only what a run calls may change the system.',
      });
    }
    this.settings.loaded.recoveries.find(kind);
    return this.transaction.intend(kind, data);
  }
}
