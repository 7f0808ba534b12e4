import { type Context, type Environment, HostError, type ProgressEvent } from '@ostrata/core';
import { testEnvironment } from './environment.ts';

export interface TestContext extends AsyncDisposable {
  readonly ctx: Context;
  /** What was told so far. */
  readonly events: ProgressEvent[];
  abort(): void;
}

/** A context for calling providers without a host: `providers` by `solver` or `transport:https`. */
export function testContext(providers: { readonly [slot: string]: unknown } = {}, given?: Environment): TestContext {
  const own = given === undefined ? testEnvironment() : null;
  const environment = given ?? own ?? testEnvironment();
  const controller = new AbortController();
  const events: ProgressEvent[] = [];
  const undos: (() => void | Promise<void>)[] = [];
  const get = async (token: { readonly name: string }, key?: string) => {
    const slot = key === undefined ? token.name : `${token.name}:${key}`;
    if (slot in providers) return providers[slot];
    throw new HostError('CAPABILITY_MISSING', `No loaded plugin provides ${slot}.`);
  };
  const ctx: Context = {
    environment,
    signal: controller.signal,
    progress: {
      task: () => ({ advance() {}, setTotal() {}, end() {} }),
      message: (text, options = {}) =>
        events.push({ type: 'message', level: options.level ?? 'info', text, source: options.source ?? null }),
      warning: (code, text, hint) => events.push({ type: 'warning', code, text, hint: hint ?? null, origin: null }),
    },
    get: get as Context['get'],
    keys: (token) =>
      Object.keys(providers)
        .filter((slot) => slot.startsWith(`${token.name}:`))
        .map((slot) => slot.slice(token.name.length + 1)),
    defer: (_label, undo) => void undos.push(undo),
    intend: async () => async () => {},
    failpoint() {},
    now: () => 1_700_000_000,
  };
  return {
    ctx,
    events,
    abort: () => controller.abort(),
    [Symbol.asyncDispose]: async () => {
      for (const undo of undos.reverse()) await undo();
      own?.[Symbol.dispose]();
    },
  };
}
