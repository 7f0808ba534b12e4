import type { IncomingHttpHeaders } from 'node:http';
import type { Context, TransportRequest, TransportResult, Validators } from '@ostrata/contract';
import type { Request } from 'got';
import type { Agents } from './agents.ts';
import { AttemptFailure } from './attempt-failure.ts';
import { parseRetryAfter } from './backoff.ts';
import type { FetchConfig } from './config.schema.ts';
import { classify } from './failures.ts';
import { speedLimit, watchSpeed } from './low-speed.ts';
import { PartFile } from './part-file.ts';
import { Receiver } from './receive.ts';
import { redactUrl } from './redact.ts';
import { type ReadCredentials, requestOptions } from './request-options.ts';

/** What all attempts of a transport share. */
export interface AttemptTools {
  readonly config: FetchConfig;
  readonly agents: Agents;
  readonly credentials: ReadCredentials;
}

/** What is looked at of an answer. */
export interface HeadersOf {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
  readonly url: string;
}

/**
 * One attempt at one URL. Goes on with the `.part` when that is safe: when a checksum will tell, or when the server agrees by
 * `If-Range` that it has the same file still.
 * @throws AttemptFailure, or the signal's reason
 */
export async function attemptHttp(
  url: string,
  request: TransportRequest,
  ctx: Context,
  tools: AttemptTools,
): Promise<TransportResult> {
  const shown = redactUrl(url);
  const part = new PartFile(request.destination);
  try {
    const resume = resumption(part, request, shown);
    if (resume === null) part.clear();
    else if (part.size === request.size) {
      // An earlier run got everything and ended before the rename.
      (await Receiver.create(request, part, shown)).finish();
      await part.commit();
      return { notModified: false, url: shown, bytes: part.size, validators: part.origin?.validators ?? {} };
    }
    return await transfer(url, shown, request, part, resume ?? {}, ctx, tools);
  } finally {
    part.close();
  }
}

async function transfer(
  url: string,
  shown: string,
  request: TransportRequest,
  part: PartFile,
  resume: { readonly [header: string]: string },
  ctx: Context,
  tools: AttemptTools,
): Promise<TransportResult> {
  const { default: got } = await import('got');
  const { url: target, options } = requestOptions(url, request, resume, ctx, tools);
  ctx.signal.throwIfAborted();
  const before = part.size;
  let stream: Request | undefined;
  let unwatch: (() => void) | undefined;
  try {
    stream = got.stream(target, options);
    const response = await headersOf(stream);
    const served = redactUrl(response.url);
    const validators = validatorsOf(response.headers);
    if (response.statusCode === 304 && hasValidators(request))
      return { notModified: true, url: served, bytes: 0, validators };
    checkStatus(response, shown, request, part);
    const receiver = await Receiver.create(request, part, shown);
    const length = response.headers['content-length'];
    if (length !== undefined && /^\d{1,15}$/.test(length)) receiver.announce(part.size + Number(length));
    if (!request.range) part.begin({ url: shown, validators, checksum: request.checksum ?? null });
    const limit = speedLimit(request, tools.config);
    unwatch = watchSpeed(
      limit,
      shown,
      () => part.size,
      (failure) => stream!.destroy(failure),
    );
    for await (const chunk of stream) receiver.take(chunk as Uint8Array);
    receiver.finish();
    await part.commit();
    return { notModified: false, url: served, bytes: part.size, validators };
  } catch (error) {
    if (ctx.signal.aborted) throw ctx.signal.reason;
    const failure = classify(error, shown);
    const goesOn = failure instanceof AttemptFailure && part.size > before && resumption(part, request, shown) !== null;
    throw goesOn ? failure.withProgress() : failure;
  } finally {
    unwatch?.();
    stream?.destroy();
  }
}

/** Headers that go on with a part file; none for an empty one, null when it must not be used. */
function resumption(part: PartFile, request: TransportRequest, shown: string): { [header: string]: string } | null {
  if (part.size === 0) return {};
  const { origin } = part;
  if (request.range || origin === null || (request.size !== undefined && part.size > request.size)) return null;
  const range = `bytes=${part.size}-`;
  if (request.checksum) return origin.checksum?.value === request.checksum.value ? { range } : null;
  if (origin.url !== shown || origin.checksum !== null) return null;
  const condition = sameFile(origin.validators);
  return condition === undefined ? null : { range, 'if-range': condition };
}

/** What `If-Range` may compare by (RFC 9110, 13.1.5: no weak etag). */
export const sameFile = ({ etag, lastModified }: Validators): string | undefined =>
  etag !== undefined && !etag.startsWith('W/') ? etag : lastModified;

function headersOf(stream: Request): Promise<HeadersOf> {
  return new Promise((resolve, reject) => {
    stream.once('error', reject);
    stream.once('response', (response: HeadersOf) => resolve(response));
  });
}

/** Whether an answer begins where it was asked to. */
export function beginsAt(headers: IncomingHttpHeaders, first: number): boolean {
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(headers['content-range'] ?? '');
  return match !== null && Number(match[1]) === first;
}

/** Passes the whole file, or the part that was asked for; bytes that the server does not go on with are thrown away. @throws AttemptFailure */
function checkStatus(response: HeadersOf, shown: string, request: TransportRequest, part: PartFile): void {
  const { statusCode, headers } = response;
  if (statusCode === 200 && !request.range) {
    if (part.size > 0) part.clear();
    return;
  }
  if (statusCode === 206 && (request.range || part.size > 0)) {
    const last = Number(/-(\d{1,15})\//.exec(headers['content-range'] ?? '')?.[1]);
    const right = beginsAt(headers, request.range?.first ?? part.size);
    if (right && (!request.range || last <= request.range.last)) return;
    part.clear();
    throw new AttemptFailure(
      request.range ? 'mirror' : 'restart',
      'TRANSPORT_RANGE',
      `${shown} served another part than was asked for`,
    );
  }
  if (statusCode === 416 && part.size > 0) {
    part.clear();
    throw new AttemptFailure(
      'restart',
      'TRANSPORT_RANGE',
      `${shown} is shorter than what an earlier download got of it`,
    );
  }
  if (request.range && statusCode === 200) {
    throw new AttemptFailure('mirror', 'TRANSPORT_RANGE', `${shown} serves the whole file only`);
  }
  throw statusFailure(response, shown);
}

/** Says of a status that is no success whether it may be one later. */
export function statusFailure({ statusCode, headers, url }: HeadersOf, shown: string): AttemptFailure {
  const data = { url: shown, status: statusCode };
  if (statusCode >= 300 && statusCode < 400) {
    const target = URL.canParse(headers.location ?? '', url)
      ? redactUrl(new URL(headers.location!, url).href)
      : 'nowhere';
    return new AttemptFailure(
      'mirror',
      'TRANSPORT_REDIRECT',
      `${shown} redirects to ${target}, which is not followed`,
      {
        hint: 'A redirect from https to http would give up what https protects: correct the URL.',
        data,
      },
    );
  }
  const transient = statusCode >= 500 || statusCode === 408 || statusCode === 425 || statusCode === 429;
  const hints: { readonly [status: number]: string } = {
    401: 'The server asks for a login: set username and password where the source is defined.',
    403: 'The server does not allow it: check the login and the client certificate of the source.',
    404: 'Check the URL; when the metadata is old, refresh it.',
    407: 'The proxy asks for a login: give it in the URL of the proxy.',
  };
  return new AttemptFailure(
    transient ? 'transient' : 'mirror',
    'TRANSPORT_HTTP_STATUS',
    `${shown} answered with status ${statusCode}`,
    {
      data,
      ...(hints[statusCode] === undefined ? {} : { hint: hints[statusCode] }),
      retryAfter: parseRetryAfter(headers['retry-after'], Date.now()),
    },
  );
}

export function hasValidators({ validators }: Pick<TransportRequest, 'validators'>): boolean {
  return validators?.etag !== undefined || validators?.lastModified !== undefined;
}

export function validatorsOf(headers: IncomingHttpHeaders): Validators {
  const { etag, 'last-modified': lastModified } = headers;
  return { ...(etag === undefined ? {} : { etag }), ...(lastModified === undefined ? {} : { lastModified }) };
}
