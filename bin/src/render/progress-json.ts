import { writeSync } from 'node:fs';
import { EVENTS_VERSION, type ProgressEvent } from '@ostrata/core';
import type { ProgressSink } from './progress.ts';

/** Progress for programs: one JSON object a line on a file descriptor, each with `v`, the version of the event union. */
export class ProgressJson implements ProgressSink {
  readonly #fd: number;
  #broken = false;

  constructor(fd: number) {
    this.#fd = fd;
  }

  event(event: ProgressEvent): void {
    if (this.#broken) return;
    try {
      writeSync(this.#fd, `${JSON.stringify({ v: EVENTS_VERSION, ...event })}\n`);
    } catch {
      // A reader that went away does not stop the work.
      this.#broken = true;
    }
  }

  close(): void {}
}
