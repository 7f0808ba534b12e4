import type { ProgressEvent, Unit } from '@ostrata/core';
import cliProgress from 'cli-progress';
import type { ProgressSink } from './progress.ts';
import type { Style } from './style.ts';
import { formatBytes } from './units.ts';

interface Bar {
  readonly bar: cliProgress.SingleBar;
  readonly title: string;
  readonly unit: Unit | null;
}

/** Progress on a terminal: a bar for each running task, finished ones as lines above. */
export class ProgressBars implements ProgressSink {
  readonly #multi: cliProgress.MultiBar;
  readonly #bars = new Map<number, Bar>();
  readonly #style: Style;
  readonly #verbose: boolean;

  constructor(stream: NodeJS.WriteStream, style: Style, verbose = false) {
    this.#style = style;
    this.#verbose = verbose;
    this.#multi = new cliProgress.MultiBar(
      {
        stream,
        format: '{title} {bar} {amount}',
        barsize: 24,
        barCompleteChar: '\u2588',
        barIncompleteChar: '\u2591',
        hideCursor: true,
        clearOnComplete: true,
        gracefulExit: false,
        fps: 10,
      },
      cliProgress.Presets.shades_classic,
    );
  }

  event(event: ProgressEvent): void {
    switch (event.type) {
      case 'task-begin': {
        const title = event.title.slice(0, 40).padEnd(40);
        // What is not counted has no bar; the time says that it goes on.
        const form = event.unit === null ? { format: '{title} {duration_formatted} {amount}' } : {};
        const bar = this.#multi.create(event.total ?? 1, 0, { title, amount: '' }, form);
        this.#bars.set(event.task, { bar, title: event.title, unit: event.unit });
        break;
      }
      case 'task-advance': {
        const known = this.#bars.get(event.task);
        if (known === undefined) break;
        if (event.total !== null) known.bar.setTotal(event.total);
        known.bar.update(event.done, { amount: amount(event, known.unit) });
        break;
      }
      case 'task-end': {
        const known = this.#bars.get(event.task);
        if (known === undefined) break;
        this.#multi.remove(known.bar);
        this.#bars.delete(event.task);
        const mark = event.result === 'done' ? this.#style.green('\u2713') : this.#style.red('\u2717');
        this.#log(`${mark} ${known.title}${event.detail === null ? '' : `: ${event.detail}`}`);
        break;
      }
      case 'message':
        if (event.level === 'info' || this.#verbose)
          this.#log(`${event.source === null ? '' : `${event.source}: `}${event.text}`);
        break;
      case 'warning':
        this.#log(`${this.#style.yellow('warning:')} ${event.text}${event.hint === null ? '' : `\n  ${event.hint}`}`);
        break;
      case 'stage-begin':
      case 'stage-end':
        break;
    }
  }

  close(): void {
    this.#multi.stop();
  }

  #log(line: string): void {
    this.#multi.log(`${line}\n`);
    // Lines wait for the next redraw, which never comes when no bar is left.
    this.#multi.update();
  }
}

function amount(event: { done: number; total: number | null; detail: string | null }, unit: Unit | null): string {
  const show = unit === 'bytes' ? formatBytes : String;
  const counted =
    unit === 'percent'
      ? `${event.done} %`
      : `${show(event.done)}${event.total === null ? '' : `/${show(event.total)}`}`;
  return event.detail === null ? counted : `${counted} ${event.detail}`;
}
