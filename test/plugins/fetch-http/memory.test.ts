import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import type { HttpTransport } from '../../../plugins/fetch-http/src/http-transport.ts';
import { type TestRun, testRun } from './support/context.ts';
import { fileAnswer, serve } from './support/server.ts';

describe('fetch-http: files into memory', () => {
  let run: TestRun;
  beforeEach(() => {
    run = testRun();
  });
  afterEach(() => run.close());
  const get = async (url: string, headers: Record<string, string> = {}) => {
    const transport = (await run.ctx.get({ name: 'transport' } as never, 'http')) as unknown as HttpTransport;
    return transport.getBytes({ urls: [url], maxSize: 1000, headers }, run.ctx);
  };

  it('keeps the connection open', async () => {
    const ports = new Set<number | undefined>();
    const server = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end('some bytes');
    });
    for (let count = 0; count < 5; count++) await get(`${server.url}/${count}`);
    assert.equal(ports.size, 1);
    await server.close();
  });

  it('follows redirects, and tells no secrets to another server', async () => {
    const target = await serve((_request, response) => response.end('there'));
    const server = await serve((request, response) => {
      const location = request.url === '/first' ? '/second' : `${target.url}/third`;
      response.writeHead(302, { location }).end();
    });
    const url = `${server.url.replace('//', '//user:secret@')}/first`;
    const { bytes } = await get(url, { cookie: 'a=b', authorization: 'Bearer x', 'x-kept': 'yes' });
    assert.equal(String(bytes && Buffer.from(bytes)), 'there');
    assert.deepEqual(
      server.requests.map(({ headers }) => headers.cookie),
      ['a=b', 'a=b'],
    );
    const { headers } = target.requests[0]!;
    assert.deepEqual([headers.cookie, headers.authorization, headers['x-kept']], [undefined, undefined, 'yes']);
    await Promise.all([server.close(), target.close()]);
  });

  describe('that break off', () => {
    const BODY = Buffer.from('0123456789'.repeat(60));
    /** Sends a hundred bytes of what is asked for and breaks the connection. */
    const cutting = (options: { etag?: string; cuts?: number; body?: () => Buffer } = {}) => {
      let cuts = options.cuts ?? 3;
      return serve((request, response) => {
        const body = options.body?.() ?? BODY;
        if (cuts-- <= 0) return fileAnswer(body, options.etag)(request, response, 0);
        const first = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
        response.writeHead(first > 0 ? 206 : 200, {
          etag: options.etag ?? '"v1"',
          'content-length': body.length - first,
          ...(first > 0 ? { 'content-range': `bytes ${first}-${body.length - 1}/${body.length}` } : {}),
        });
        response.write(body.subarray(first, first + 100), () => response.destroy());
      });
    };
    const fetch = async (urls: string[], more: object = {}): Promise<string> => {
      const transport = (await run.ctx.get({ name: 'transport' } as never, 'http')) as unknown as HttpTransport;
      const { bytes } = await transport.getBytes({ urls, maxSize: 1000, retries: 1, ...more }, run.ctx);
      return Buffer.from(bytes!).toString();
    };

    it('are gone on with at once', async () => {
      const server = await cutting();
      const began = performance.now();
      assert.equal(await fetch([server.url]), BODY.toString());
      assert.ok(performance.now() - began < 250);
      assert.deepEqual(
        server.requests.map(({ headers }) => [headers.range, headers['if-range']]),
        [
          [undefined, undefined],
          ['bytes=100-', '"v1"'],
          ['bytes=200-', '"v1"'],
          ['bytes=300-', '"v1"'],
        ],
      );
      await server.close();
    });

    it('begin again when the file has become another one, or nobody knows', async () => {
      let etag = '"v1"';
      const other = Buffer.from('x'.repeat(700));
      const server = await serve((request, response, count) => {
        if (count > 0) return fileAnswer(other, etag)(request, response, 0);
        response.writeHead(200, { etag, 'content-length': 600 });
        etag = '"v2"';
        response.write(BODY.subarray(0, 100), () => response.destroy());
      });
      assert.equal(await fetch([server.url]), other.toString());
      assert.equal(server.requests[1]!.headers['if-range'], '"v1"');
      await server.close();
      const weak = await cutting({ etag: 'W/"v1"', cuts: 1 });
      assert.equal(await fetch([weak.url]), BODY.toString());
      assert.equal(weak.requests[1]!.headers.range, undefined);
      await weak.close();
    });

    it('are finished by another mirror when a checksum tells, and begin again when it tells otherwise', async () => {
      const checksum = { algorithm: 'sha256', value: hash('sha256', BODY) };
      const whole = await serve(fileAnswer(BODY, '"other"'));
      const broken = await cutting({ cuts: 99 });
      assert.equal(await fetch([broken.url, whole.url], { checksum, retries: 0 }), BODY.toString());
      assert.equal(whole.requests[0]!.headers.range, 'bytes=100-');
      const wrong = await cutting({ cuts: 99, body: () => Buffer.alloc(600, 'y') });
      assert.equal(await fetch([wrong.url, whole.url], { checksum, retries: 0 }), BODY.toString());
      assert.deepEqual(
        whole.requests.slice(1).map(({ headers }) => headers.range),
        ['bytes=100-', undefined],
      );
      await Promise.all([whole.close(), broken.close(), wrong.close()]);
    });

    it('are given up in the end, and never grow past what is allowed', async () => {
      const server = await cutting({ cuts: 99 });
      await assert.rejects(fetch([server.url], { retries: 0 }), { code: 'TRANSPORT_FAILED' });
      assert.equal(server.requests.length, 1);
      await server.close();
      const endless = await serve((request, response) => {
        const first = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
        const headers = { etag: '"v1"', 'content-range': `bytes ${first}-9999/10000` };
        response.writeHead(first > 0 ? 206 : 200, headers);
        response.write(BODY.subarray(0, 300), () => response.destroy());
      });
      await assert.rejects(fetch([endless.url]), /larger than the 1000 bytes/);
      assert.equal(endless.requests.length, 4);
      await endless.close();
    });
  });

  it('reads no more of an answer without a file than it must', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(404);
      const timer = setInterval(() => response.write('not here, '.repeat(1000)), 1);
      response.on('close', () => clearInterval(timer));
    });
    await assert.rejects(get(server.url), /status 404/);
    await server.close();
  });

  it('gives up on circles, endless bodies and connections that break', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/circle') return void response.writeHead(302, { location: '/circle' }).end();
      if (request.url === '/broken') {
        response.writeHead(200, { 'content-length': 100 });
        response.write('only so much');
        return void setTimeout(() => response.destroy(), 20);
      }
      const timer = setInterval(() => response.write('more and more'.repeat(20)), 1);
      response.on('close', () => clearInterval(timer));
    });
    const reason = async (path: string): Promise<string> => {
      const error = await get(server.url + path).catch((thrown) => thrown);
      assert.equal(error.code, 'TRANSPORT_FAILED');
      return error.problems[0].code;
    };
    assert.equal(await reason('/circle'), 'TRANSPORT_REDIRECT');
    assert.equal(await reason('/endless'), 'TRANSPORT_TOO_LARGE');
    assert.equal(await reason('/broken'), 'TRANSPORT_CONNECTION');
    await server.close();
  });
});
