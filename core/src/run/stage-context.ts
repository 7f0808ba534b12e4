import {
  type Context,
  HOOKS,
  type HookName,
  OBJECT_STORES,
  type ObjectStore,
  type Task,
  type Unit,
  type HookValue as Value,
} from '@ostrata/contract';
import { cancelled, joined } from '../errors.ts';
import { deepFreeze } from '../host/freeze.ts';
import type { HookCall } from '../host/guard.ts';
import type { RunState } from './run-state.ts';

type OfKind<Kind extends string> = {
  [Name in HookName]: (typeof HOOKS)[Name]['kind'] extends Kind ? Name : never;
}[HookName];

/** What a stage is given: the context of plugins, and besides the right to call hooks. */
export interface StageContext extends Context {
  /** The same without that right: what providers are given. */
  readonly face: Context;
  shape<Name extends OfKind<'shape'>>(hook: Name, value: Value<Name>): Promise<Value<Name>>;
  step(hook: OfKind<'step'>, value: Value<OfKind<'step'>>): Promise<void>;
  /** Throws the veto, or one error with all vetoes. */
  check(hook: OfKind<'check'>, value: Value<OfKind<'check'>>): Promise<void>;
  choose(hook: OfKind<'choose'>, value: Value<OfKind<'choose'>>): Promise<string | undefined>;
  notice(hook: OfKind<'notice'>, value: Value<OfKind<'notice'>>): Promise<void>;
  /** A repository, opened once a run and closed at its end; where `make` is given one is made when it is absent. */
  store(location: string, make?: { readonly mode?: string }): Promise<ObjectStore>;
  /** Closes them before that, for whoever wants to have a repository to itself. */
  closeStores(): void;
  /** A task around some work: done when that returns, failed when it throws. */
  task<T>(
    title: string,
    options: { readonly unit?: Unit; readonly total?: number },
    work: (task: Task) => Promise<T>,
  ): Promise<T>;
  /** The point of no return: journalled, and not to be cancelled any more. */
  swap(): void;
}

export function stageContext(state: RunState): StageContext {
  const stores = new Map<string, Promise<ObjectStore>>();
  const opened: ObjectStore[] = [];
  const call = (hook: HookName, value: unknown) => callHook(state, hook, value);
  const face = state.contextFor(null, null);
  face.defer('closing repositories', () => context.closeStores());
  const context: StageContext = {
    ...face,
    face,
    shape: async (hook, value) => (await call(hook, value)) as typeof value,
    step: async (hook, value) => void (await call(hook, value)),
    check: async (hook, value) => void (await call(hook, value)),
    choose: async (hook, value) => (await call(hook, value)) as string | undefined,
    notice: async (hook, value) => void (await call(hook, value)),
    store: (location, make) => {
      const known = stores.get(location);
      if (known !== undefined) return known;
      const opening = openStore(context, location, make).then((store) => {
        opened.push(store);
        return store;
      });
      stores.set(location, opening);
      return opening;
    },
    closeStores: () => {
      stores.clear();
      for (const store of opened.splice(0)) store.close();
    },
    task: async (title, options, work) => {
      const task = face.progress.task(title, options);
      try {
        const result = await work(task);
        task.end();
        return result;
      } finally {
        task.end('failed');
      }
    },
    swap: () => {
      state.runSignal.mask();
      state.transaction?.swap();
    },
  };
  return context;
}

/** Calls a hook with a frozen value. For the kind's meaning see `HookKind`. */
export async function callHook(state: RunState, name: HookName, value: unknown): Promise<unknown> {
  const { failpoint, loaded } = state.settings;
  const hook = loaded.hooks.get(name);
  failpoint(`hook.${name}.before`);
  const call: HookCall = { ...state.watch, vetoes: [], contextFor: (plugin, hook) => state.contextFor(plugin, hook) };
  const { signal } = call;
  if (signal.aborted) throw cancelled(signal.reason);
  const frozen = deepFreeze(value);
  const answer = hook.isUsed() ? await hook.promise(frozen, call) : HOOKS[name].kind === 'shape' ? frozen : undefined;
  if (signal.aborted) throw cancelled(signal.reason);
  if (call.vetoes.length > 0)
    throw joined('CHECKS_FAILED', `${call.vetoes.length} checks refused to go on.`, call.vetoes);
  failpoint(`hook.${name}.after`);
  return answer;
}

async function openStore(
  context: StageContext,
  location: string,
  make?: { readonly mode?: string },
): Promise<ObjectStore> {
  const stores = await context.get(OBJECT_STORES);
  return make === undefined ? stores.open(location) : stores.ensure(location, make.mode);
}
