import type { ProgressEvent } from '@ostrata/core';

/** Shows events somewhere. */
export interface ProgressSink {
  event(event: ProgressEvent): void;
  /** Leaves the terminal as it was. */
  close(): void;
}

export const silent: ProgressSink = { event() {}, close() {} };
