import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Context, TransportBytes, TransportBytesRequest } from '@ostrata/contract';
import { AttemptFailure } from './attempt-failure.ts';
import { checkBytes, tooLargeFailure } from './check-bytes.ts';
import { classify } from './failures.ts';
import { type AttemptTools, beginsAt, hasValidators, statusFailure, validatorsOf } from './http-attempt.ts';
import { speedLimit, watchSpeed } from './low-speed.ts';
import type { MemoryPart } from './memory-part.ts';
import { proxyFor } from './proxy.ts';
import { redactUrl } from './redact.ts';
import { conditionsOf, loginOf, MAX_REDIRECTS, maySeek } from './request-options.ts';

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * One attempt at one URL, into memory. Made with Node's own client: what a general one does for a request costs more than the transfer
 * of a small file. Goes on with what earlier attempts brought into `part`.
 * @throws AttemptFailure, or the signal's reason
 */
export async function attemptInMemory(
  url: string,
  request: TransportBytesRequest,
  ctx: Context,
  tools: AttemptTools,
  part: MemoryPart,
): Promise<TransportBytes> {
  const shown = redactUrl(url);
  const resume = part.resumption(url, request);
  if (resume === null) part.clear();
  const before = part.size;
  try {
    let target = new URL(url);
    let login = loginOf(target, request.credentials);
    let wanted = request;
    for (let redirects = 0; ; redirects++) {
      const answer = await exchange(target, login, shown, wanted, ctx, tools, { url, part, headers: resume ?? {} });
      const { location } = answer.headers;
      if (!REDIRECTS.has(answer.statusCode) || !maySeek(location, target.href))
        return take(answer, shown, request, part, resume !== null);
      if (redirects >= MAX_REDIRECTS) {
        throw new AttemptFailure('mirror', 'TRANSPORT_REDIRECT', `${shown} redirects in circles`, {
          hint: 'The server redirects in circles: correct the URL.',
          data: { url: shown },
        });
      }
      const next = new URL(location!, target);
      // A login is for the server that it was given for, in whatever form.
      if (next.origin !== target.origin) {
        login = loginOf(next, undefined);
        wanted = withoutSecrets(wanted);
      }
      target = next;
    }
  } catch (error) {
    if (ctx.signal.aborted) throw ctx.signal.reason;
    const failure = classify(error, shown);
    const goesOn = failure instanceof AttemptFailure && part.size > before && part.resumption(url, request) !== null;
    throw goesOn ? failure.withProgress() : failure;
  }
}

/** Of answers that bring no file so much is read, so that the connection can be used again. */
const MAX_IGNORED = 64 * 1024;

interface Destination {
  /** As it was asked for first, before redirects. */
  readonly url: string;
  readonly part: MemoryPart;
  /** Those that go on with the part. */
  readonly headers: { readonly [header: string]: string };
}

interface Answer {
  readonly statusCode: number;
  readonly headers: IncomingMessage['headers'];
  readonly url: string;
  /** Whether its bytes are those that were wanted. */
  readonly taken: boolean;
}

function exchange(
  target: URL,
  login: { readonly username?: string; readonly password?: string },
  shown: string,
  request: TransportBytesRequest,
  ctx: Context,
  tools: AttemptTools,
  destination: Destination,
): Promise<Answer> {
  const { config } = tools;
  const secure = target.protocol === 'https:';
  const agents = tools.agents.get(proxyFor(target, request.proxy, ctx.environment.proxy));
  const url = new URL(target);
  url.username = '';
  url.password = '';
  const { username, password } = login;
  return new Promise((resolve, reject) => {
    const sent = (secure ? requestHttps : requestHttp)(url, {
      agent: secure ? agents.https : agents.http,
      headers: {
        'user-agent': config.userAgent,
        'accept-encoding': 'identity',
        ...request.headers,
        ...destination.headers,
        ...conditionsOf(request),
      },
      ...(username === undefined ? {} : { auth: `${username}:${password ?? ''}` }),
      ...(secure ? tlsOf(request, tools) : {}),
    });
    let size = 0;
    const unwatch = watchSpeed(
      speedLimit(request, config),
      shown,
      () => size,
      (failure) => sent.destroy(failure),
    );
    const abort = (): void => void sent.destroy(ctx.signal.reason);
    const settle = (act: () => void): void => {
      unwatch();
      ctx.signal.removeEventListener('abort', abort);
      act();
    };
    ctx.signal.addEventListener('abort', abort, { once: true });
    sent.on('error', (error) => settle(() => reject(error)));
    sent.on('response', (response) => {
      const { headers, statusCode = 0 } = response;
      const { part } = destination;
      const announced = Number(headers['content-length'] ?? 0);
      if (statusCode === 200)
        part.begin(destination.url, validatorsOf(headers), announced <= request.maxSize ? announced : 0);
      const taken = statusCode === 200 || (statusCode === 206 && part.size > 0 && beginsAt(headers, part.size));
      const answer: Answer = { statusCode, headers, url: redactUrl(url.href), taken };
      const limit = taken ? request.maxSize : MAX_IGNORED;
      const begun = taken ? part.size : 0;
      const tooLarge = (): void => {
        if (taken) response.destroy(tooLargeFailure(shown, request.maxSize));
        else {
          settle(() => resolve(answer));
          response.destroy();
        }
      };
      if (taken && begun + announced > limit) tooLarge();
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (begun + size > limit) tooLarge();
        else if (taken) part.append(chunk);
      });
      response.on('error', (error) => settle(() => reject(error)));
      response.on('end', () => settle(() => resolve(answer)));
    });
    sent.end();
  });
}

const SECRET_HEADERS = /^(authorization|proxy-authorization|cookie)$/i;

function withoutSecrets(request: TransportBytesRequest): TransportBytesRequest {
  const headers = Object.entries(request.headers ?? {}).filter(([name]) => !SECRET_HEADERS.test(name));
  return { ...request, headers: Object.fromEntries(headers) };
}

function take(
  answer: Answer,
  shown: string,
  request: TransportBytesRequest,
  part: MemoryPart,
  resumed: boolean,
): TransportBytes {
  const { statusCode, headers, url, taken } = answer;
  const validators = validatorsOf(headers);
  if (statusCode === 304 && hasValidators(request)) return { bytes: null, url, validators };
  if (resumed && (statusCode === 206 ? !taken : statusCode === 416)) {
    part.clear();
    throw new AttemptFailure('restart', 'TRANSPORT_RANGE', `${shown} does not go on with what it has sent before`);
  }
  if (!taken) throw statusFailure(answer, shown);
  const bytes = part.take();
  try {
    checkBytes(bytes, bytes.length, shown, request);
  } catch (error) {
    part.clear();
    // Its beginning may have come from another server, or of another file.
    throw resumed && error instanceof AttemptFailure ? error.restarted() : error;
  }
  return { bytes, url, validators };
}

function tlsOf({ credentials }: TransportBytesRequest, tools: AttemptTools): object {
  if (!credentials) return {};
  const { caCertificate, clientCertificate, clientKey, verifyPeer } = credentials;
  const read = tools.credentials;
  return {
    ...(caCertificate === undefined ? {} : { ca: read.file(caCertificate) }),
    ...(clientCertificate === undefined ? {} : { cert: read.file(clientCertificate) }),
    // A certificate file may have the key as well.
    ...(clientKey === undefined && clientCertificate === undefined
      ? {}
      : { key: read.file(clientKey ?? clientCertificate!) }),
    ...(verifyPeer === undefined ? {} : { rejectUnauthorized: verifyPeer }),
  };
}
