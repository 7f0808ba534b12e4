import type { ProgressEvent } from '@ostrata/core';
import type { ProgressSink } from './progress.ts';
import { formatSeconds } from './units.ts';

/** Progress in a log: a line when a task begins that takes long, a line when it ends, never a control character. */
export class ProgressLines implements ProgressSink {
  readonly #write: (text: string) => void;
  readonly #clock: () => number;
  readonly #verbose: boolean;
  readonly #tasks = new Map<number, { title: string; since: number }>();

  constructor(write: (text: string) => void, options: { verbose?: boolean; clock?: () => number } = {}) {
    this.#write = write;
    this.#verbose = options.verbose ?? false;
    this.#clock = options.clock ?? (() => performance.now());
  }

  event(event: ProgressEvent): void {
    switch (event.type) {
      case 'task-begin':
        this.#tasks.set(event.task, { title: event.title, since: this.#clock() });
        break;
      case 'task-end': {
        const task = this.#tasks.get(event.task);
        if (task === undefined) break;
        this.#tasks.delete(event.task);
        const detail = event.detail === null ? '' : `: ${event.detail}`;
        const took = formatSeconds((this.#clock() - task.since) / 1000);
        this.#write(`${task.title}${detail}${event.result === 'failed' ? ' (failed)' : ''} (${took})\n`);
        break;
      }
      case 'message':
        if (event.level === 'info' || this.#verbose)
          this.#write(`${event.source === null ? '' : `${event.source}: `}${event.text}\n`);
        break;
      case 'warning':
        this.#write(`warning: ${event.text} [${event.code}]\n${event.hint === null ? '' : `hint: ${event.hint}\n`}`);
        break;
      case 'stage-begin':
      case 'stage-end':
      case 'task-advance':
        break;
    }
  }

  close(): void {
    this.#tasks.clear();
  }
}
