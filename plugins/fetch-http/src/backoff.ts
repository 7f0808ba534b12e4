/** First pause, in milliseconds; each further one is twice as long. */
const BASE = 500;
const LONGEST = 30_000;
/** A server may ask for more patience than this, and not get it. */
const LONGEST_ASKED = 60_000;

/**
 * Milliseconds to wait before a further round: exponential, with jitter over its upper half so that many machines do not come back
 * together, and at least what a server asked for.
 */
export function backoffDelay(round: number, asked: number | null, random: () => number = Math.random): number {
  const full = Math.min(LONGEST, BASE * 2 ** round);
  return Math.max(full / 2 + (full / 2) * random(), Math.min(asked ?? 0, LONGEST_ASKED));
}

/** Waits, or rejects with the signal's reason as soon as it aborts. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', abort, { once: true });
  });
}

/** `Retry-After` (RFC 9110, 10.2.3) in milliseconds: seconds, or a date. */
export function parseRetryAfter(value: string | undefined, now: number): number | null {
  if (value === undefined) return null;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
