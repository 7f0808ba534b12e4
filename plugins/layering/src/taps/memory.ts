import type { Context } from '@ostrata/contract';
import type { Active } from '../base/active.ts';

/** What has an effect, from the question to the solver to the Plan. A run has one abort signal, which every hook of it is shown. */
export class ActiveMemory {
  readonly #active = new WeakMap<AbortSignal, Active>();

  remember(ctx: Context, active: Active): void {
    this.#active.set(ctx.signal, active);
  }

  recall(ctx: Context): Active | undefined {
    return this.#active.get(ctx.signal);
  }
}
