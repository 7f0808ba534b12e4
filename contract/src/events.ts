import type { ErrorOrigin } from './errors.ts';
import type { Stage } from './records/index.ts';

/** Version of the event union; a reader ignores events of types it does not know. */
export const EVENTS_VERSION = 1;

/** What a task counts. */
export type Unit = 'bytes' | 'items' | 'percent';

/** What a run tells while it goes on, shaped so that rpm-ostree's D-Bus signals and JSON lines can be made of it. */
export type ProgressEvent =
  | { readonly type: 'stage-begin' | 'stage-end'; readonly stage: Stage }
  | {
      readonly type: 'task-begin';
      readonly task: number;
      readonly title: string;
      readonly unit: Unit | null;
      readonly total: number | null;
    }
  | {
      readonly type: 'task-advance';
      readonly task: number;
      readonly done: number;
      readonly total: number | null;
      readonly detail: string | null;
    }
  | {
      readonly type: 'task-end';
      readonly task: number;
      readonly result: 'done' | 'failed';
      readonly detail: string | null;
    }
  | {
      readonly type: 'message';
      readonly level: 'info' | 'debug';
      readonly text: string;
      readonly source: string | null;
    }
  | {
      readonly type: 'warning';
      readonly code: string;
      readonly text: string;
      readonly hint: string | null;
      readonly origin: ErrorOrigin | null;
    };

/** One piece of long work; `end` exactly once, in a `finally`. */
export interface Task {
  /** `done` in the task's unit since its begin; may be called as often as it likes, listeners see at most ten a second. */
  advance(done: number, detail?: string): void;
  /** Corrects a total that was not known at the begin. */
  setTotal(total: number): void;
  end(result?: 'done' | 'failed', detail?: string): void;
}

/** How plugins tell what they do. They never print. */
export interface Progress {
  task(title: string, options?: { unit?: Unit; total?: number }): Task;
  message(text: string, options?: { level?: 'info' | 'debug'; source?: string }): void;
  warning(code: string, text: string, hint?: string): void;
}
