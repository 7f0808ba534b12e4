import { type Context, HostError, type TransportRequest } from '@ostrata/contract';
import { AttemptFailure } from './attempt-failure.ts';
import { backoffDelay, pause } from './backoff.ts';
import { hashFor } from './checksum.ts';
import type { TransportCode } from './errors.ts';
import type { MirrorHealth } from './mirror-health.ts';
import { redactUrl } from './redact.ts';

/** Slow failures of many mirrors must not add up: a file gets this many of them a round at most. */
const MIRRORS_A_ROUND = 6;
/** How often a transfer that breaks off again and again is gone on with before there is a pause. */
const RESUMES = 8;
/** What a server that is away is known by, at once. */
const AWAY = new Set<unknown>(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH']);

/** What is asked for, wherever its bytes go. */
export type Wanted = Pick<TransportRequest, 'urls' | 'checksum' | 'retries'>;

/** One attempt at one URL. @throws AttemptFailure, or the signal's reason */
export type Attempt<Result> = (url: string) => Promise<Result>;

/**
 * Gets a file from the first of its URLs that has it: rounds over the mirrors, with a pause before each further round for those that
 * may recover.
 * @throws HostError TRANSPORT_FAILED with the last reason of each URL, or what made going on useless
 */
export async function download<Result>(
  request: Wanted,
  ctx: Context,
  tools: {
    readonly schemes: readonly string[];
    readonly retries: number;
    readonly health: MirrorHealth;
    readonly attempt: Attempt<Result>;
  },
): Promise<Result> {
  const { health } = tools;
  if (request.checksum) hashFor(request.checksum);
  const problems = new Map<string, HostError>();
  let candidates = health.order(validUrls(request.urls, tools.schemes, problems));
  const rounds = (request.retries ?? tools.retries) + 1;
  for (let round = 0; round < rounds && candidates.length > 0; round++) {
    let asked: number | null = null;
    let slow = 0;
    for (const url of candidates) {
      if (slow >= MIRRORS_A_ROUND) break;
      const outcome = await attemptAgain(url, ctx, tools.attempt, rounds > 1 ? RESUMES : 0);
      if (!(outcome instanceof AttemptFailure)) {
        health.markPresent(url);
        return outcome;
      }
      problems.set(url, outcome.error);
      if (outcome.kind === 'fatal') throw outcome.error;
      if (outcome.kind === 'transient' || outcome.kind === 'resume') {
        slow++;
        asked = Math.max(asked ?? 0, outcome.retryAfter ?? 0);
      } else candidates = candidates.filter((other) => other !== url);
      if (outcome.error.data['status'] !== 404) health.markBad(url);
      if (outcome.kind === 'resume' || outcome.error.code === 'TRANSPORT_HTTP_STATUS') health.markPresent(url);
    }
    if (candidates.length === 0 || round + 1 === rounds) break;
    // Another mirror has answered for those that are away; or none has ever been there. One that was may be starting again.
    const answered = [...problems].some(
      ([url, { code }]) => !candidates.includes(url) && code === 'TRANSPORT_HTTP_STATUS',
    );
    const away = candidates.every((url) => AWAY.has(problems.get(url)?.data['code']));
    if (away && (answered || !candidates.some((url) => health.wasPresent(url)))) break;
    await pause(backoffDelay(round, asked), ctx.signal);
    candidates = health.order(candidates);
  }
  throw failed(request, [...problems.values()]);
}

/**
 * Goes on at once with a transfer that broke off. What is kept of an earlier download may be of another file: then the same URL gets a
 * second chance from the start.
 */
async function attemptAgain<Result>(
  url: string,
  ctx: Context,
  attempt: Attempt<Result>,
  resumes: number,
): Promise<Result | AttemptFailure> {
  const left = { resume: resumes, restart: 1 };
  for (;;) {
    try {
      return await attempt(url);
    } catch (error) {
      ctx.signal.throwIfAborted();
      if (!(error instanceof AttemptFailure)) throw error;
      if ((error.kind !== 'resume' && error.kind !== 'restart') || left[error.kind] === 0) return error;
      left[error.kind]--;
    }
  }
}

function validUrls(urls: readonly string[], schemes: readonly string[], problems: Map<string, HostError>): string[] {
  return urls.filter((url) => {
    if (URL.canParse(url) && schemes.includes(new URL(url).protocol.slice(0, -1))) return true;
    const message = `${redactUrl(url)} is no URL with the scheme ${schemes.join(' or ')}`;
    problems.set(
      url,
      new HostError<TransportCode>('TRANSPORT_URL_INVALID', message, {
        hint: 'Correct the URL where the source is defined.',
      }),
    );
    return false;
  });
}

function failed(request: Wanted, problems: readonly HostError[]): HostError {
  const [first] = problems;
  const urls = [...new Set(request.urls.map(redactUrl))];
  const message =
    first === undefined
      ? 'there is no URL to fetch from'
      : problems.length === 1
        ? first.message
        : `none of ${problems.length} mirrors has the file; the last: ${problems.at(-1)!.message}`;
  const hint = problems.at(-1)?.hint ?? 'Check the network, the proxy and the URLs of the source.';
  return new HostError<TransportCode>('TRANSPORT_FAILED', message, { hint, data: { urls }, problems });
}
