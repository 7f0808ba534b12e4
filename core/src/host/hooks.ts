import { HOOKS, type HookFace, type HookFaces, type HookKind, type HookName } from '@ostrata/contract';
import { AsyncParallelHook, AsyncSeriesBailHook, AsyncSeriesHook, AsyncSeriesWaterfallHook } from 'tapable';
import { coreError } from '../errors.ts';
import type { Guard, HookCall } from './guard.ts';

/** What run/ sees of a hook: it alone calls them. */
export interface CallableHook {
  promise(value: unknown, call: HookCall): Promise<unknown>;
  isUsed(): boolean;
}

type Arguments = [unknown, HookCall];
type TapableHook = AsyncSeriesWaterfallHook<Arguments, unknown>;

const ARGUMENTS: ['value', 'call'] = ['value', 'call'];

const MAKERS: { readonly [Kind in HookKind]: (name: string) => unknown } = {
  shape: (name) => new AsyncSeriesWaterfallHook<Arguments, unknown>(ARGUMENTS, name),
  step: (name) => new AsyncSeriesHook<Arguments>(ARGUMENTS, name),
  check: (name) => new AsyncParallelHook<Arguments>(ARGUMENTS, name),
  choose: (name) => new AsyncSeriesBailHook<Arguments, unknown>(ARGUMENTS, name),
  notice: (name) => new AsyncSeriesHook<Arguments>(ARGUMENTS, name),
};

export const HOOK_NAMES = Object.keys(HOOKS) as readonly HookName[];

/** All hooks of the lifecycle. Every tap is wrapped by the guard as it is registered. */
export class HookSet {
  readonly #hooks = new Map<HookName, TapableHook>();

  constructor(guard: Guard) {
    for (const name of HOOK_NAMES) {
      const hook = MAKERS[HOOKS[name].kind](name) as TapableHook;
      hook.intercept({
        register: (tap) => ({ ...tap, fn: guard.wrap(name, tap.name, tap.fn as (value: unknown) => unknown) }),
      });
      this.#hooks.set(name, hook);
    }
  }

  get(name: HookName): CallableHook {
    return this.#get(name);
  }

  /** Names of the plugins that tap a hook, in order. */
  tappedBy(name: HookName): string[] {
    return this.#get(name).taps.map((tap) => tap.name);
  }

  /** What a plugin is shown: functions that register, and nothing else. `open` throws once registration is over. */
  faces(plugin: string, open: () => void): HookFaces {
    const face = (name: HookName): HookFace<HookName> =>
      Object.freeze({
        tapPromise: (tap: unknown) => {
          open();
          if (typeof tap !== 'function') throw new TypeError(`${name} was tapped with something that is no function`);
          if (this.tappedBy(name).includes(plugin)) {
            throw coreError('HOOK_TAPPED_TWICE', `The plugin ${plugin} taps ${name} twice.`, {
              hint: 'Do both things in one tap: order inside a plugin is its own business.',
            });
          }
          this.#get(name).tapPromise({ name: plugin }, tap as (value: unknown) => Promise<unknown>);
        },
      });
    return Object.freeze(Object.fromEntries(HOOK_NAMES.map((name) => [name, face(name)]))) as HookFaces;
  }

  #get(name: HookName): TapableHook {
    const hook = this.#hooks.get(name);
    if (hook === undefined) throw new TypeError(`there is no hook ${name}`);
    return hook;
  }
}
