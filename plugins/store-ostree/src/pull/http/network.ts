import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Context,
  type Credentials,
  isHostError,
  type LowSpeed,
  TRANSPORT,
  type Transport,
  type TransportBytesRequest,
  type Validators,
} from '@ostrata/contract';
import { COMPATIBLE_VERSION } from '../../compatible-version.ts';
import { storeError } from '../../errors.ts';
import { type Remote, remoteFlag } from '../../remote/remotes.ts';
import { cookiesFor, readCookies } from './cookies.ts';

export interface NetworkOptions {
  readonly headers?: { readonly [name: string]: string };
  readonly appendUserAgent?: string;
  readonly retries: number;
  readonly lowSpeed?: LowSpeed;
  /** Directory of the repository: where a remote's cookies are, and temporary files. */
  readonly repository: string;
}

/** In place of what is asked for otherwise. */
export type GetOptions = Pick<TransportBytesRequest, 'retries' | 'validators'>;

/** An answer of a server. */
export interface Fetched {
  readonly bytes: Uint8Array | null;
  readonly validators: Validators;
}

/** The files of a server, as the options of a remote say it is reached. Counts what it transfers. */
export class Network {
  readonly #ctx: Context;
  readonly #request: Omit<TransportBytesRequest, 'urls' | 'maxSize'>;
  readonly #cookies: ReturnType<typeof readCookies>;
  readonly #temporary: string;
  readonly #transports = new Map<string, Transport>();
  #counter = 0;
  bytes = 0;
  /** How servers last said that there is nothing. */
  absence = 404;

  constructor(remote: Remote | undefined, options: NetworkOptions, ctx: Context) {
    this.#ctx = ctx;
    const credentials = remote && credentialsOf(remote);
    const proxy = remote?.options.get('proxy');
    const agent = options.appendUserAgent;
    this.#cookies = remote ? readCookies(join(options.repository, `${remote.name}.cookies.txt`)) : [];
    this.#temporary = join(options.repository, 'tmp', `pull-${process.pid}`);
    this.#request = {
      retries: options.retries,
      ...(options.lowSpeed ? { lowSpeed: options.lowSpeed } : {}),
      ...(credentials === undefined ? {} : { credentials }),
      ...(proxy === undefined || proxy === '' ? {} : { proxy }),
      headers: {
        ...options.headers,
        ...(agent === undefined ? {} : { 'user-agent': `libostree/${COMPATIBLE_VERSION} ${agent}` }),
      },
    };
  }

  /** The first of the URLs that has it, at most `maxSize` bytes; null when all say that there is nothing. Throws HostErrors of the transport. */
  async get(urls: readonly string[], maxSize: number, options: GetOptions = {}): Promise<Uint8Array | null> {
    return (await this.fetch(urls, maxSize, options))?.bytes ?? null;
  }

  /** As `get`, with validators: `bytes` are null when the copy that they are of is still the same. */
  async fetch(urls: readonly string[], maxSize: number, options: GetOptions): Promise<Fetched | null> {
    const transport = await this.#transport(urls[0]!);
    const request = { ...this.#request, urls, maxSize, ...options };
    const fetched = await this.#unlessAbsent(request, async (wanted): Promise<Fetched> => {
      if (transport.getBytes) return transport.getBytes(wanted, this.#ctx);
      return { bytes: await this.#through(transport, wanted), validators: {} };
    });
    this.bytes += fetched?.bytes?.length ?? 0;
    return fetched;
  }

  /** As `get`, into a file. False when there is nothing. */
  async download(urls: readonly string[], destination: string, maxSize?: number): Promise<boolean> {
    const transport = await this.#transport(urls[0]!);
    const limit = maxSize === undefined ? {} : { maxSize };
    const request = { ...this.#request, urls, destination, ...limit };
    const result = await this.#unlessAbsent(request, (wanted) => transport.get(wanted, this.#ctx));
    this.bytes += result?.bytes ?? 0;
    return result !== null;
  }

  /**
   * Null when there is nothing: all servers say so, or one of several does and the others are away. Those are not waited for while
   * another one answers.
   */
  async #unlessAbsent<R extends { readonly urls: readonly string[] }, T>(
    request: R,
    get: (request: R) => Promise<T>,
  ): Promise<T | null> {
    const several = request.urls.length > 1;
    try {
      return await this.#withCookies(several ? { ...request, retries: 0 } : request, get);
    } catch (error) {
      if (this.#saysNothingThere(error)) return null;
      if (!several || !isHostError(error) || error.problems.length === 0) throw error;
    }
    try {
      return await this.#withCookies(request, get);
    } catch (error) {
      if (this.#saysNothingThere(error)) return null;
      throw error;
    }
  }

  /** A cookie is for the server that gave it, so each is asked by itself where there are some. */
  async #withCookies<R extends { readonly urls: readonly string[] }, T>(
    request: R,
    get: (request: R) => Promise<T>,
  ): Promise<T> {
    if (this.#cookies.length === 0) return get(request);
    const [last, ...others] = request.urls.toReversed();
    for (const url of others.reverse()) {
      try {
        return await get({ ...request, urls: [url], headers: this.#headers(url) });
      } catch (error) {
        if (!isHostError(error) || error.problems.length === 0) throw error;
      }
    }
    return get({ ...request, urls: [last!], headers: this.#headers(last!) });
  }

  async #through(transport: Transport, request: TransportBytesRequest): Promise<Uint8Array> {
    const destination = `${this.#temporary}-${this.#counter++}`;
    try {
      await transport.get({ ...request, destination }, this.#ctx);
      return readFileSync(destination);
    } finally {
      for (const suffix of ['', '.part', '.part.json']) rmSync(destination + suffix, { force: true });
    }
  }

  #saysNothingThere(error: unknown): boolean {
    if (!isHostError(error)) return false;
    const told = error.problems.filter(({ data }) => NOTHING.has(data['status']));
    if (told.length === 0 || error.problems.some((problem) => !told.includes(problem) && !isAway(problem)))
      return false;
    this.absence = Number(told[0]!.data['status']);
    return true;
  }

  #headers(url: string): { readonly [name: string]: string } {
    if (this.#cookies.length === 0) return this.#request.headers!;
    const cookie = cookiesFor(this.#cookies, new URL(url), this.#ctx.now());
    return cookie === '' ? this.#request.headers! : { ...this.#request.headers, cookie };
  }

  async #transport(url: string): Promise<Transport> {
    const scheme = url.slice(0, url.indexOf(':'));
    let transport = this.#transports.get(scheme);
    if (!transport) {
      transport = await this.#ctx.get(TRANSPORT, scheme);
      this.#transports.set(scheme, transport);
    }
    return transport;
  }
}

/** A larger file than allowed, by every URL. */
export const isTooLarge = (error: unknown): boolean =>
  isHostError(error) && (error.code === 'TRANSPORT_TOO_LARGE' || error.problems.some(isTooLarge));

/** What servers answer for a file that is not there; object storage says 403 where a listing is not allowed. */
const NOTHING = new Set<unknown>([403, 404, 410]);

const isAway = ({ code }: { readonly code: string }): boolean =>
  code === 'TRANSPORT_CONNECTION' || code === 'TRANSPORT_TIMEOUT';

function credentialsOf(remote: Remote): Credentials | undefined {
  const certificate = remote.options.get('tls-client-cert-path');
  const key = remote.options.get('tls-client-key-path');
  if ((certificate === undefined) !== (key === undefined)) {
    throw storeError(
      'OSTREE_REMOTE_INVALID',
      `Remote "${remote.name}" must specify both "tls-client-cert-path" and "tls-client-key-path".`,
      { hint: 'Set both options of the remote, or none.', data: { remote: remote.name } },
    );
  }
  const authority = remote.options.get('tls-ca-path');
  const permissive = remoteFlag(remote, 'tls-permissive', false);
  if (certificate === undefined && authority === undefined && !permissive) return undefined;
  return {
    ...(certificate === undefined ? {} : { clientCertificate: certificate, clientKey: key! }),
    ...(authority === undefined ? {} : { caCertificate: authority }),
    ...(permissive ? { verifyPeer: false } : {}),
  };
}
