import type { ErrorOrigin, Progress, ProgressEvent, Task } from '@ostrata/contract';

export type EventListener = (event: ProgressEvent) => void;

/** Listeners hear of a task at most this often. */
const INTERVAL_MS = 100;

/** Numbers the tasks of a run and hands its events to one listener. */
export class Events {
  readonly #listener: EventListener;
  #tasks = 0;

  constructor(listener: EventListener | undefined) {
    this.#listener = listener ?? (() => {});
  }

  emit(event: ProgressEvent): void {
    this.#listener(event);
  }

  /** The face that plugin code is given; warnings carry where it ran. */
  progressFor(origin: ErrorOrigin): Progress {
    return {
      task: (title, options = {}) => this.#task(title, options.unit ?? null, options.total ?? null),
      message: (text, { level = 'info', source = origin.plugin ?? undefined } = {}) =>
        this.emit({ type: 'message', level, text, source: source ?? null }),
      warning: (code, text, hint) => this.emit({ type: 'warning', code, text, hint: hint ?? null, origin }),
    };
  }

  #task(title: string, unit: 'bytes' | 'items' | 'percent' | null, givenTotal: number | null): Task {
    this.#tasks += 1;
    const task = this.#tasks;
    let total = givenTotal;
    let last = Number.NEGATIVE_INFINITY;
    let held: { done: number; detail: string | null } | null = null;
    let ended = false;

    const flush = () => {
      if (held !== null) this.emit({ type: 'task-advance', task, total, ...held });
      held = null;
    };
    this.emit({ type: 'task-begin', task, title, unit, total });
    return {
      advance: (done, detail) => {
        if (ended) return;
        held = { done, detail: detail ?? null };
        const now = performance.now();
        if (now - last < INTERVAL_MS) return;
        last = now;
        flush();
      },
      setTotal: (value) => {
        total = value;
      },
      end: (result = 'done', detail) => {
        if (ended) return;
        ended = true;
        flush();
        this.emit({ type: 'task-end', task, result, detail: detail ?? null });
      },
    };
  }
}
