import type { ProgressSink } from './progress.ts';
import { silent } from './progress.ts';
import { ProgressBars } from './progress-bars.ts';
import { ProgressJson } from './progress-json.ts';
import { ProgressLines } from './progress-lines.ts';
import { styleFor } from './style.ts';

/** Bars on a terminal, lines in a log, JSON lines on a file descriptor that was asked for; always on standard error or that descriptor. */
export function openProgress(flags: {
  quiet?: boolean;
  verbose?: boolean;
  'progress-fd'?: number | undefined;
}): ProgressSink {
  const sinks: ProgressSink[] = [];
  if (flags['progress-fd'] !== undefined) sinks.push(new ProgressJson(flags['progress-fd']));
  if (flags.quiet !== true && flags['progress-fd'] !== 2) {
    const verbose = flags.verbose ?? false;
    const terminal = process.stderr.isTTY === true && process.env['TERM'] !== 'dumb';
    sinks.push(
      terminal
        ? new ProgressBars(process.stderr, styleFor(process.stderr), verbose)
        : new ProgressLines((text) => process.stderr.write(text), { verbose }),
    );
  }
  if (sinks.length === 0) return silent;
  return {
    event: (event) => {
      for (const sink of sinks) sink.event(event);
    },
    close: () => {
      for (const sink of sinks) sink.close();
    },
  };
}
