import { setTimeout as sleep } from 'node:timers/promises';
import { type EventListener, isHostError } from '@ostrata/core';

const RETRY_MILLISECONDS = 200;

/** What decides how long is waited for others. */
interface Patience {
  /** `--wait`: seconds. */
  readonly wait: unknown;
  readonly signal: AbortSignal;
  readonly onEvent: EventListener;
}

/**
 * Does something that looks at the system and then changes it, when it is its turn: again where another run ended in between, as what was
 * seen holds no more, and with `wait` for so long again as another run is under way.
 */
export async function inTurn<T>({ wait, signal, onEvent }: Patience, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + (typeof wait === 'number' ? wait * 1000 : 0);
  for (let isFirst = true; ; ) {
    try {
      return await work();
    } catch (error) {
      if (!isHostError(error)) throw error;
      if (error.code === 'CHANGED_MEANWHILE') continue;
      if (error.code !== 'LOCKED' || Date.now() >= deadline) throw error;
      if (isFirst) onEvent({ type: 'message', level: 'info', text: `Waiting: ${error.message}`, source: null });
      isFirst = false;
    }
    // Cancelled, the next try says so.
    await sleep(RETRY_MILLISECONDS, undefined, { signal }).catch(() => {});
  }
}
