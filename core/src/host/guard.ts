import {
  type Context,
  type ErrorOrigin,
  HOOKS,
  type HookKind,
  type HookName,
  type HostError,
  type Stage,
} from '@ostrata/contract';
import { asHostError, cancelled, coreError } from '../errors.ts';
import { Crash } from '../failpoint.ts';
import { deepFreeze } from './freeze.ts';

/** What plugin code runs under: given by the run. */
export interface Watch {
  readonly stage: Stage | null;
  readonly signal: AbortSignal;
  /** Rejects when the process has nothing left to do although the run goes on. */
  readonly hung: Promise<never>;
}

/** One call of a hook: its second argument on the way through tapable. */
export interface HookCall extends Watch {
  /** What the taps of a check threw. */
  readonly vetoes: HostError[];
  contextFor(plugin: string, hook: HookName): Context;
}

/** Plugin code that has been called and has not come back. */
export interface Pending {
  readonly origin: ErrorOrigin;
  readonly since: number;
}

/** Time spent in a tap or in making a provider. */
export interface Timing {
  readonly plugin: string;
  /** Null for providers. */
  readonly hook: string | null;
  readonly calls: number;
  readonly milliseconds: number;
}

type AnyTap = (value: unknown, ctx: Context) => unknown;

/** The only file that calls plugin code. */
export class Guard {
  readonly #pending = new Set<Pending>();
  readonly #timings = new Map<string, Timing>();
  /** Which plugin declares an error code: the origin of what providers throw. */
  readonly #codes: ReadonlyMap<string, string>;

  constructor(codes: ReadonlyMap<string, string>) {
    this.#codes = codes;
  }

  get pending(): readonly Pending[] {
    return [...this.#pending];
  }

  get timings(): readonly Timing[] {
    return [...this.#timings.values()];
  }

  /** Calls plugin code that may wait: providers' makers, recoveries, commands, and through {@link wrap} taps. */
  async call<T>(origin: ErrorOrigin, watch: Watch, code: () => T | Promise<T>): Promise<T> {
    if (watch.signal.aborted) throw cancelled();
    const pending = { origin, since: performance.now() };
    this.#pending.add(pending);
    try {
      return await Promise.race([code(), watch.hung]);
    } catch (error) {
      throw this.explain(error, origin, watch.signal);
    } finally {
      this.#pending.delete(pending);
      this.#time(origin, performance.now() - pending.since);
    }
  }

  /** Calls plugin code that must not wait: `apply`. */
  callSync<T>(origin: ErrorOrigin, code: () => T): T {
    try {
      return code();
    } catch (error) {
      throw asHostError(error, origin);
    }
  }

  /** A tap as it stands in the hook: abort check before, result check after, errors by the kind of the hook. */
  wrap(hook: HookName, plugin: string, tap: AnyTap): (value: unknown, call: HookCall) => Promise<unknown> {
    const kind = HOOKS[hook].kind;
    return async (value, call) => {
      const origin: ErrorOrigin = { stage: call.stage, hook, plugin };
      const ctx = call.contextFor(plugin, hook);
      try {
        const answer = await this.call(origin, call, () => tap(value, ctx));
        checkAnswer(kind, value, answer, origin);
        return deepFreeze(answer);
      } catch (error) {
        if (error instanceof Crash) throw error;
        const problem = asHostError(error, origin);
        if (kind === 'check') call.vetoes.push(problem);
        else if (kind === 'notice') ctx.progress.warning(problem.code, problem.message, problem.hint ?? undefined);
        else throw problem;
        return undefined;
      }
    };
  }

  /** Anything thrown under plugin code or a stage, with its origin and, when that is why, as CANCELLED. */
  explain(error: unknown, origin: ErrorOrigin, signal: AbortSignal): Error {
    if (error instanceof Crash) return error;
    if (signal.aborted && error instanceof Error && (error.name === 'AbortError' || error === signal.reason)) {
      return asHostError(cancelled(error), origin);
    }
    const problem = asHostError(error, origin);
    if (problem.origin === origin && origin.plugin === null) {
      problem.origin = { ...origin, plugin: this.#codes.get(problem.code) ?? null };
    }
    return problem;
  }

  #time(origin: ErrorOrigin, milliseconds: number): void {
    if (origin.plugin === null) return;
    const key = `${origin.hook} ${origin.plugin}`;
    const before = this.#timings.get(key);
    this.#timings.set(key, {
      plugin: origin.plugin,
      hook: origin.hook,
      calls: (before?.calls ?? 0) + 1,
      milliseconds: (before?.milliseconds ?? 0) + milliseconds,
    });
  }
}

/** Tapable itself takes null for an answer and lets steps return what they like; the contract does not. */
function checkAnswer(kind: HookKind, value: unknown, answer: unknown, origin: ErrorOrigin): void {
  if (answer === undefined) return;
  const say = (problem: string, hint: string): never => {
    throw coreError('TAP_RESULT', `The plugin ${origin.plugin} returned ${problem} from ${origin.hook}.`, { hint });
  };
  if (answer === null) say('null', 'Return nothing to leave things as they are.');
  if (kind === 'choose') return;
  if (kind !== 'shape') say(`a ${typeof answer}`, `Taps of a ${kind} hook return nothing.`);
  if (typeof answer !== 'object' || Array.isArray(answer) !== Array.isArray(value)) {
    say(`a value of another shape`, 'Return a whole new value of the type that came in.');
  }
}
