import type { Context, Intent, Json } from '@ostrata/contract';
import type { TreefileOptions } from './request/options.ts';

/** What later hooks of the same run need to know and what must not become part of the Plan. */
export interface RunNotes {
  readonly options: TreefileOptions;
  readonly pins: Intent['pins'];
  readonly flattened: Json;
}

/** Notes by run. A run has one abort signal, which every hook of it is shown. */
export class RunMemory {
  readonly #notes = new WeakMap<AbortSignal, RunNotes>();

  remember(ctx: Context, notes: RunNotes): void {
    this.#notes.set(ctx.signal, notes);
  }

  recall(ctx: Context): RunNotes | undefined {
    return this.#notes.get(ctx.signal);
  }
}
