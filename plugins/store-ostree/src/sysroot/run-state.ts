/** Where a booted system keeps what is true until it shuts down. */
export interface RunState {
  /** `/run`, or another directory in tests. */
  readonly run: string;
  /** `/`, or another directory in tests. */
  readonly root: string;
  /** Tells what an earlier boot left from what is being written; the kernel's when absent. */
  readonly bootId?: string | undefined;
}

export const SYSTEM: RunState = { run: '/run', root: '/' };

/** Below /run: what is prepared for a soft reboot, as libostree writes it. */
export const NEXTROOT_BOOTED = 'ostree/nextroot-booted';
