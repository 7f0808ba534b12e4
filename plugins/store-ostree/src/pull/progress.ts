import type { Task } from '@ostrata/contract';
import { DEFAULT_UPDATE_FREQUENCY, type PullOptions } from './options.ts';

/** Tells how far a pull is, not more often than it was asked for, and at the end. */
export class PullProgress {
  readonly #task: Task;
  readonly #options: PullOptions;
  readonly #bytes: () => number;
  readonly #began = performance.now();
  #told = this.#began;
  #last = { done: 0, total: 0 };

  constructor(task: Task, options: PullOptions, bytes: () => number) {
    this.#task = task;
    this.#options = options;
    this.#bytes = bytes;
  }

  advance(done: number, total: number): void {
    this.#last = { done, total };
    const now = performance.now();
    if (now - this.#told < (this.#options.updateFrequency || DEFAULT_UPDATE_FREQUENCY)) return;
    this.#told = now;
    this.#tell();
  }

  end(result: 'done' | 'failed'): void {
    if (result === 'done') this.#tell();
    this.#task.end(result);
  }

  #tell(): void {
    const { done, total } = this.#last;
    this.#task.setTotal(total);
    this.#task.advance(done);
    const seconds = (performance.now() - this.#began) / 1000;
    this.#options.onProgress?.({ done, total, bytes: this.#bytes(), seconds });
  }
}
