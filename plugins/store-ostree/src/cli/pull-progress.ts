import type { Terminal } from '@ostrata/contract';
import type { PullOptions } from '../pull/index.ts';
import { formatSize } from './format-size.ts';

type Report = NonNullable<PullOptions['onProgress']>;

/** Goes to the begin of the line and clears it (ECMA-48 CR, EL). */
const CLEAR = '\r\u001b[K';

/** A line on a terminal that says how far a pull is; nothing where the output goes elsewhere, as with libostree. */
export async function withProgressLine<T>(terminal: Terminal, work: (report?: Report) => Promise<T>): Promise<T> {
  if (!terminal.interactive) return work();
  let shown = false;
  const show = (text: string): void => {
    terminal.out(text);
    // What goes to the standard output waits until something else is said.
    terminal.err('');
  };
  try {
    return await work(({ done, total, bytes, seconds }) => {
      shown = true;
      const percent = total === 0 ? 0 : Math.floor((done / total) * 100);
      // The first second tells little.
      const speed = seconds < 1 || bytes === 0 ? '-' : formatSize(Math.round(bytes / seconds));
      show(`${CLEAR}Receiving objects: ${percent}% (${done}/${total}) ${speed}/s ${formatSize(bytes)}`);
    });
  } finally {
    if (shown) show(CLEAR);
  }
}
