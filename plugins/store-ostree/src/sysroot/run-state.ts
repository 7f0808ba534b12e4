/** Where a booted system keeps what is true until it shuts down. */
export interface RunState {
  /** `/run`, or another directory in tests. */
  readonly run: string;
  /** `/`, or another directory in tests. */
  readonly root: string;
}

export const SYSTEM: RunState = { run: '/run', root: '/' };
