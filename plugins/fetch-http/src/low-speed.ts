import type { TransportRequest } from '@ostrata/contract';
import { AttemptFailure } from './attempt-failure.ts';
import type { FetchConfig } from './config.schema.ts';

/** What a transfer must bring: so many bytes within so many seconds. */
export interface SpeedLimit {
  readonly bytesPerSecond: number;
  readonly seconds: number;
}

/** What a request, or else the configuration, says of transfers that are too slow; null where they may take their time. */
export function speedLimit(
  { lowSpeed, timeoutSeconds }: Pick<TransportRequest, 'lowSpeed' | 'timeoutSeconds'>,
  config: FetchConfig,
): SpeedLimit | null {
  const bytesPerSecond = lowSpeed?.bytesPerSecond ?? config.lowSpeedBytesPerSecond;
  const seconds = lowSpeed?.seconds ?? timeoutSeconds ?? config.lowSpeedSeconds;
  return bytesPerSecond > 0 && seconds > 0 ? { bytesPerSecond, seconds } : null;
}

/** Calls `end` when too few bytes came: `received` tells how many have come so far. Returns what stops the watch. */
export function watchSpeed(
  limit: SpeedLimit | null,
  shown: string,
  received: () => number,
  end: (failure: AttemptFailure) => void,
): () => void {
  if (limit === null) return () => undefined;
  const { bytesPerSecond, seconds } = limit;
  let before = received();
  const timer = setInterval(() => {
    const now = received();
    if (now - before < Math.max(1, bytesPerSecond * seconds)) {
      const message = `${shown} sent less than ${bytesPerSecond} bytes a second for ${seconds} seconds`;
      end(new AttemptFailure('transient', 'TRANSPORT_TIMEOUT', message, { data: { url: shown } }));
    }
    before = now;
  }, seconds * 1000);
  return () => clearInterval(timer);
}
