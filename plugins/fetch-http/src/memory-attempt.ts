import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Context, TransportBytes, TransportBytesRequest } from '@ostrata/core';
import { AttemptFailure } from './attempt-failure.ts';
import { checkBytes, tooLargeFailure } from './check-bytes.ts';
import { classify } from './failures.ts';
import { type AttemptTools, hasValidators, statusFailure, validatorsOf } from './http-attempt.ts';
import { proxyFor } from './proxy.ts';
import { redactUrl } from './redact.ts';
import { conditionsOf, loginOf, MAX_REDIRECTS, maySeek } from './request-options.ts';

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * One attempt at one URL, into memory. Made with Node's own client: what a general one does for a request costs more than the transfer
 * of a small file.
 * @throws AttemptFailure, or the signal's reason
 */
export async function attemptInMemory(
  url: string,
  request: TransportBytesRequest,
  ctx: Context,
  tools: AttemptTools,
): Promise<TransportBytes> {
  const shown = redactUrl(url);
  try {
    let target = new URL(url);
    let login = loginOf(target, request.credentials);
    let wanted = request;
    for (let redirects = 0; ; redirects++) {
      const answer = await exchange(target, login, shown, wanted, ctx, tools);
      const { location } = answer.headers;
      if (!REDIRECTS.has(answer.statusCode) || !maySeek(location, target.href)) return take(answer, shown, request);
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
    throw classify(error, shown);
  }
}

interface Answer {
  readonly statusCode: number;
  readonly headers: IncomingMessage['headers'];
  readonly url: string;
  readonly body: Buffer;
}

function exchange(
  target: URL,
  login: { readonly username?: string; readonly password?: string },
  shown: string,
  request: TransportBytesRequest,
  ctx: Context,
  tools: AttemptTools,
): Promise<Answer> {
  const { config } = tools;
  const secure = target.protocol === 'https:';
  const agents = tools.agents.get(proxyFor(target, request.proxy, ctx.environment.proxy));
  const url = new URL(target);
  url.username = '';
  url.password = '';
  const { username, password } = login;
  const seconds = request.timeoutSeconds ?? config.lowSpeedSeconds;
  return new Promise((resolve, reject) => {
    const sent = (secure ? requestHttps : requestHttp)(url, {
      agent: secure ? agents.https : agents.http,
      headers: {
        'user-agent': config.userAgent,
        'accept-encoding': 'identity',
        ...request.headers,
        ...conditionsOf(request),
      },
      ...(username === undefined ? {} : { auth: `${username}:${password ?? ''}` }),
      ...(secure ? tlsOf(request, tools) : {}),
    });
    const end = deadlines(sent, shown, seconds, config.lowSpeedBytesPerSecond);
    const abort = (): void => void sent.destroy(ctx.signal.reason);
    const settle = (act: () => void): void => {
      end.clear();
      ctx.signal.removeEventListener('abort', abort);
      act();
    };
    ctx.signal.addEventListener('abort', abort, { once: true });
    sent.on('error', (error) => settle(() => reject(error)));
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const tooLarge = (): void => void response.destroy(tooLargeFailure(shown, request.maxSize));
      const announced = response.headers['content-length'];
      if (response.statusCode === 200 && announced !== undefined && Number(announced) > request.maxSize) tooLarge();
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        end.received(size);
        if (size > request.maxSize) tooLarge();
        else chunks.push(chunk);
      });
      response.on('error', (error) => settle(() => reject(error)));
      response.on('end', () =>
        settle(() =>
          resolve({
            statusCode: response.statusCode ?? 0,
            headers: response.headers,
            url: redactUrl(url.href),
            body: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size),
          }),
        ),
      );
    });
    sent.end();
  });
}

const SECRET_HEADERS = /^(authorization|proxy-authorization|cookie)$/i;

function withoutSecrets(request: TransportBytesRequest): TransportBytesRequest {
  const headers = Object.entries(request.headers ?? {}).filter(([name]) => !SECRET_HEADERS.test(name));
  return { ...request, headers: Object.fromEntries(headers) };
}

/** Ends a transfer whose first byte does not come, or whose bytes come too slowly. */
function deadlines(sent: ClientRequest, shown: string, seconds: number, bytesPerSecond: number) {
  let received = 0;
  let before = 0;
  const timer = setInterval(() => {
    if (received - before < Math.max(1, bytesPerSecond * seconds)) {
      const message = `${shown} sent less than ${bytesPerSecond} bytes a second for ${seconds} seconds`;
      sent.destroy(new AttemptFailure('transient', 'TRANSPORT_TIMEOUT', message, { data: { url: shown } }));
    }
    before = received;
  }, seconds * 1000);
  return {
    received: (size: number) => {
      received = size;
    },
    clear: () => clearInterval(timer),
  };
}

function take(answer: Answer, shown: string, request: TransportBytesRequest): TransportBytes {
  const { statusCode, headers, url, body } = answer;
  const validators = validatorsOf(headers);
  if (statusCode === 304 && hasValidators(request)) return { bytes: null, url, validators };
  if (statusCode !== 200) throw statusFailure(answer, shown);
  checkBytes(body, body.length, shown, request);
  return { bytes: body, url, validators };
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
