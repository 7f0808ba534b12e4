import type { ProgressEvent } from '@ostrata/core';
import type { CommonFlags } from '../common-flags.ts';
import type { ProgressSink } from './progress.ts';

/** Shows progress from the first event on: most short commands have none, and what shows it, with the terminal, takes long to load. */
export class LateProgress {
  readonly #flags: CommonFlags;
  /** What came while the sink was being opened. */
  readonly #waiting: ProgressEvent[] = [];
  #sink: ProgressSink | undefined;
  #opening: Promise<void> | undefined;

  constructor(flags: CommonFlags) {
    this.#flags = flags;
  }

  event(event: ProgressEvent): void {
    if (this.#sink !== undefined) {
      this.#sink.event(event);
      return;
    }
    this.#waiting.push(event);
    this.#opening ??= this.#open();
  }

  async close(): Promise<void> {
    await this.#opening;
    this.#sink?.close();
  }

  async #open(): Promise<void> {
    const { openProgress } = await import('./open-progress.ts');
    this.#sink = openProgress(this.#flags);
    for (const event of this.#waiting) this.#sink.event(event);
  }
}
