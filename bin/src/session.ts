import type { Host, ProgressEvent } from '@ostrata/core';
import type { CommonFlags } from './common-flags.ts';
import type { HostFlags } from './host/environment.ts';
import { openHost } from './host/open-host.ts';
import type { Configured } from './plugins/configured.ts';
import { LateProgress } from './render/late-progress.ts';
import { cancellation } from './signals.ts';

/** What a command works with. */
export interface Session {
  readonly host: Host;
  readonly signal: AbortSignal;
  readonly onEvent: (event: ProgressEvent) => void;
}

/** Opens the configured host, shows progress while `work` runs, and closes both. `configured` saves reading the configuration once more. */
export async function withSession<T>(
  flags: CommonFlags & HostFlags,
  work: (session: Session) => Promise<T>,
  configured?: Configured,
): Promise<T> {
  const cancel = cancellation();
  const progress = new LateProgress(flags);
  try {
    const host = await openHost(flags.config ?? [], flags, configured);
    return await work({ host, signal: cancel.signal, onEvent: (event) => progress.event(event) });
  } finally {
    await progress.close();
    cancel.close();
  }
}
