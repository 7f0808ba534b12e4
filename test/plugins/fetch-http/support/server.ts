import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';

export type Answer = (request: IncomingMessage, response: ServerResponse, count: number) => void;

/** A server on 127.0.0.1 that answers as a test wants, and remembers what it was asked. */
export interface TestServer {
  readonly url: string;
  readonly port: number;
  readonly requests: { readonly url: string; readonly headers: IncomingMessage['headers'] }[];
  close(): Promise<void>;
}

export async function serve(answer: Answer, tls?: ServerOptions): Promise<TestServer> {
  const requests: TestServer['requests'] = [];
  const counts = new Map<string, number>();
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const url = request.url ?? '';
    requests.push({ url, headers: request.headers });
    const count = counts.get(url) ?? 0;
    counts.set(url, count + 1);
    answer(request, response, count);
  };
  const server = tls ? createSecureServer(tls, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers with a file as a web server does: ranges, etag, conditional requests. */
export function fileAnswer(body: Buffer, etag = '"v1"'): Answer {
  return (request, response) => {
    response.setHeader('etag', etag);
    response.setHeader('accept-ranges', 'bytes');
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304).end();
    const match = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const condition = request.headers['if-range'];
    if (!match || (condition !== undefined && condition !== etag)) {
      return void response.writeHead(200, { 'content-length': body.length }).end(body);
    }
    const first = Number(match[1]);
    const last = match[2] ? Math.min(Number(match[2]), body.length - 1) : body.length - 1;
    if (first >= body.length) return void response.writeHead(416, { 'content-range': `bytes */${body.length}` }).end();
    const headers = { 'content-range': `bytes ${first}-${last}/${body.length}`, 'content-length': last - first + 1 };
    response.writeHead(206, headers).end(body.subarray(first, last + 1));
  };
}
