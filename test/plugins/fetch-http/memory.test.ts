import assert from 'node:assert/strict';
import type { HttpTransport } from '../../../plugins/fetch-http/src/http-transport.ts';
import { type TestRun, testRun } from './support/context.ts';
import { serve } from './support/server.ts';

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
