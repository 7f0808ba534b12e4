import { readFileSync } from 'node:fs';
import type { Context, Credentials, TransportRequest } from '@ostrata/contract';
import type { OptionsInit } from 'got';
import type { Agents } from './agents.ts';
import { AttemptFailure } from './attempt-failure.ts';
import type { FetchConfig } from './config.schema.ts';
import { speedLimit } from './low-speed.ts';
import { proxyFor } from './proxy.ts';

export const MAX_REDIRECTS = 10;

/** A URL without its login, and what got is told of it. */
export interface GotRequest {
  readonly url: URL;
  readonly options: Omit<OptionsInit, 'isStream'> & { isStream?: true };
}

/** Reads the files that credentials name, once a run. */
export class ReadCredentials {
  readonly #files = new Map<string, Buffer>();

  file(path: string): Buffer {
    let bytes = this.#files.get(path);
    if (bytes === undefined) {
      try {
        bytes = readFileSync(path);
      } catch (error) {
        throw new AttemptFailure('fatal', 'TRANSPORT_TLS', `cannot read the certificate or key ${path}`, {
          hint: 'Check sslcacert, sslclientcert and sslclientkey of the source, or the tls options of the remote.',
          data: { path },
          cause: error,
        });
      }
      this.#files.set(path, bytes);
    }
    return bytes;
  }
}

/** What got is told for one attempt. */
export function requestOptions(
  text: string,
  request: TransportRequest,
  resume: { readonly [header: string]: string },
  ctx: Context,
  tools: { readonly config: FetchConfig; readonly agents: Agents; readonly credentials: ReadCredentials },
): GotRequest {
  const { config, agents } = tools;
  const url = new URL(text);
  const agentFor = (target: URL) => agents.get(proxyFor(target, request.proxy, ctx.environment.proxy));
  const agent = agentFor(url);
  const login = loginOf(url, request.credentials);
  url.username = '';
  url.password = '';
  const wait = (request.timeoutSeconds ?? config.connectTimeoutSeconds) * 1000;
  const limit = speedLimit(request, config);
  const options: GotRequest['options'] = {
    method: 'GET',
    agent,
    ...login,
    headers: {
      'user-agent': config.userAgent,
      // The bytes are wanted as they are stored: checksums cover those.
      'accept-encoding': 'identity',
      ...request.headers,
      ...(request.range ? { range: `bytes=${request.range.first}-${request.range.last}` } : resume),
      ...conditionsOf(request),
    },
    https: tlsOptions(request.credentials, tools.credentials),
    decompress: false,
    throwHttpErrors: false,
    retry: { limit: 0 },
    maxRedirects: MAX_REDIRECTS,
    followRedirect: (response) => maySeek(response.headers.location, response.url),
    hooks: {
      beforeRedirect: [
        (options) => {
          options.agent = agentFor(new URL(options.url!));
        },
      ],
    },
    timeout: { lookup: wait, connect: wait, secureConnect: wait, ...(limit && { response: limit.seconds * 1000 }) },
    signal: ctx.signal,
  };
  return { url, options };
}

/** Headers that ask for a file only if it has changed. */
export function conditionsOf({ validators, range }: Pick<TransportRequest, 'validators' | 'range'>): {
  [header: string]: string;
} {
  if (!validators || range) return {};
  return {
    ...(validators.etag === undefined ? {} : { 'if-none-match': validators.etag }),
    ...(validators.lastModified === undefined ? {} : { 'if-modified-since': validators.lastModified }),
  };
}

/** Redirects lead to http or https, and never from https to http. */
export function maySeek(location: string | undefined, from: string): boolean {
  if (location === undefined || !URL.canParse(location, from)) return false;
  const { protocol } = new URL(location, from);
  return protocol === 'https:' || (protocol === 'http:' && !from.startsWith('https:'));
}

/** User and password of a URL, else of the credentials. */
export function loginOf(url: URL, credentials: Credentials | undefined): { username?: string; password?: string } {
  const username = decodeURIComponent(url.username) || credentials?.username;
  const password = decodeURIComponent(url.password) || credentials?.password;
  return { ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) };
}

function tlsOptions(credentials: Credentials | undefined, read: ReadCredentials): NonNullable<OptionsInit['https']> {
  if (!credentials) return {};
  const { caCertificate, clientCertificate, clientKey, verifyPeer } = credentials;
  return {
    ...(caCertificate === undefined ? {} : { certificateAuthority: read.file(caCertificate) }),
    ...(clientCertificate === undefined ? {} : { certificate: read.file(clientCertificate) }),
    // A certificate file may have the key as well.
    ...(clientKey === undefined && clientCertificate === undefined
      ? {}
      : { key: read.file(clientKey ?? clientCertificate!) }),
    ...(verifyPeer === undefined ? {} : { rejectUnauthorized: verifyPeer }),
  };
}
