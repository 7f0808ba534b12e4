import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type HostError, isHostError, type TransportRequest } from '@ostrata/core';
import { type TestRun, testRun } from './support/context.ts';
import { type Answer, fileAnswer, serve, type TestServer } from './support/server.ts';

const BODY = Buffer.alloc(300_000, 'ostrata ');
const CHECKSUM = { algorithm: 'sha256', value: createHash('sha256').update(BODY).digest('hex') };

async function failure(work: Promise<unknown>): Promise<HostError> {
  try {
    await work;
  } catch (error) {
    assert.ok(isHostError(error), String(error));
    return error;
  }
  assert.fail('it went well');
}

function codes(error: HostError): string[] {
  return error.problems.map((problem) => problem.code);
}

describe('fetch-http: http transport', () => {
  const servers: TestServer[] = [];
  const runs: TestRun[] = [];

  async function server(answer: Answer): Promise<TestServer> {
    const made = await serve(answer);
    servers.push(made);
    return made;
  }
  function run(options?: Parameters<typeof testRun>[0]): TestRun {
    const made = testRun(options);
    runs.push(made);
    return made;
  }
  function get(at: TestRun, request: Partial<TransportRequest> & { urls: readonly string[] }) {
    return at.transport('http').get({ destination: join(at.directory, 'file'), ...request }, at.ctx);
  }
  const bytes = (at: TestRun): Buffer => readFileSync(join(at.directory, 'file'));
  const left = (at: TestRun): string[] => readdirSync(at.directory).filter((name) => name.startsWith('file'));

  afterEach(async () => {
    for (const made of servers.splice(0)) await made.close();
    for (const made of runs.splice(0)) await made.close();
  });

  it('gets a file with size and checksum and leaves nothing else', async () => {
    const at = run();
    const { url } = await server(fileAnswer(BODY));
    const seen: number[] = [];
    const result = await get(at, {
      urls: [`${url}/a`],
      checksum: CHECKSUM,
      size: BODY.length,
      onBytes: (n) => seen.push(n),
    });
    assert.deepEqual(result, { notModified: false, url: `${url}/a`, bytes: BODY.length, validators: { etag: '"v1"' } });
    assert.ok(bytes(at).equals(BODY));
    assert.deepEqual(left(at), ['file']);
    assert.equal(seen.at(-1), BODY.length);
  });

  it('ends with notModified when the validators match, and fetches when the copy is gone', async () => {
    const at = run();
    const { url } = await server(fileAnswer(BODY));
    writeFileSync(join(at.directory, 'file'), 'old copy');
    const request = { urls: [`${url}/a`], validators: { etag: '"v1"' } };
    assert.equal((await get(at, request)).notModified, true);
    assert.equal(bytes(at).toString(), 'old copy');
    const other = run();
    assert.equal((await get(other, request)).notModified, false);
    assert.ok(bytes(other).equals(BODY));
  });

  it('goes on with a transfer that broke off', async () => {
    const at = run({ config: { retries: 1 } });
    const answer = fileAnswer(BODY);
    const { url, requests } = await server((request, response, count) => {
      if (count > 0) return answer(request, response, count);
      response.writeHead(200, { 'content-length': BODY.length, etag: '"v1"' });
      response.write(BODY.subarray(0, 100_000), () => setTimeout(() => response.destroy(), 20));
    });
    await get(at, { urls: [`${url}/a`] });
    assert.ok(bytes(at).equals(BODY));
    assert.equal(requests[1]?.headers.range, 'bytes=100000-');
    assert.equal(requests[1]?.headers['if-range'], '"v1"');
  });

  it('starts again when the file changed in between', async () => {
    const at = run({ config: { retries: 1 } });
    const fresh = Buffer.alloc(200_000, 'new');
    const answer = fileAnswer(fresh, '"v2"');
    const { url } = await server((request, response, count) => {
      if (count > 0) return answer(request, response, count);
      response.writeHead(200, { 'content-length': BODY.length, etag: '"v1"' });
      response.write(BODY.subarray(0, 100_000), () => setTimeout(() => response.destroy(), 20));
    });
    await get(at, { urls: [`${url}/a`] });
    assert.ok(bytes(at).equals(fresh));
  });

  it('goes on with what an earlier run left, from another mirror when a checksum tells', async () => {
    const at = run();
    const { url, requests } = await server(fileAnswer(BODY));
    writeFileSync(join(at.directory, 'file.part'), BODY.subarray(0, 123_456));
    const note = { url: 'http://elsewhere.invalid/a', validators: {}, checksum: CHECKSUM };
    writeFileSync(join(at.directory, 'file.part.json'), JSON.stringify(note));
    await get(at, { urls: [`${url}/a`], checksum: CHECKSUM });
    assert.equal(requests[0]?.headers.range, 'bytes=123456-');
    assert.ok(bytes(at).equals(BODY));
    assert.deepEqual(left(at), ['file']);
  });

  it('throws a part away that has other bytes, and gets the file whole', async () => {
    const at = run();
    const { url, requests } = await server(fileAnswer(BODY));
    writeFileSync(join(at.directory, 'file.part'), Buffer.alloc(5000, 'x'));
    writeFileSync(
      join(at.directory, 'file.part.json'),
      JSON.stringify({ url: `${url}/a`, validators: {}, checksum: CHECKSUM }),
    );
    await get(at, { urls: [`${url}/a`], checksum: CHECKSUM });
    assert.equal(requests.length, 2);
    assert.ok(bytes(at).equals(BODY));
  });

  it('takes a complete part without asking for its bytes again', async () => {
    const at = run();
    const { url, requests } = await server(fileAnswer(BODY));
    writeFileSync(join(at.directory, 'file.part'), BODY);
    writeFileSync(
      join(at.directory, 'file.part.json'),
      JSON.stringify({ url: 'x', validators: {}, checksum: CHECKSUM }),
    );
    await get(at, { urls: [`${url}/a`], checksum: CHECKSUM, size: BODY.length });
    assert.equal(requests.length, 0);
    assert.ok(bytes(at).equals(BODY));
  });

  it('gives a mirror with other bytes up for the next, and asks it last from then on', async () => {
    const at = run();
    const bad = await server((_request, response) => void response.end('something else'));
    const good = await server(fileAnswer(BODY));
    await get(at, { urls: [`${bad.url}/a`, `${good.url}/a`], checksum: CHECKSUM });
    await get(at, {
      urls: [`${bad.url}/b`, `${good.url}/b`],
      checksum: CHECKSUM,
      destination: join(at.directory, 'file2'),
    });
    assert.equal(bad.requests.length, 1);
    assert.equal(good.requests.length, 2);
    assert.ok(bytes(at).equals(BODY));
  });

  it('names every mirror with its reason when all fail, and keeps the file as it was', async () => {
    const at = run();
    const { url } = await server((request, response) => {
      if (request.url === '/wrong') return void response.end('something else');
      response.writeHead(404).end();
    });
    writeFileSync(join(at.directory, 'file'), 'before');
    const error = await failure(get(at, { urls: [`${url}/none`, `${url}/wrong`, 'gopher://x/'], checksum: CHECKSUM }));
    assert.equal(error.code, 'TRANSPORT_FAILED');
    assert.deepEqual(codes(error).sort(), ['TRANSPORT_CHECKSUM', 'TRANSPORT_HTTP_STATUS', 'TRANSPORT_URL_INVALID']);
    assert.equal(bytes(at).toString(), 'before');
    assert.deepEqual(left(at), ['file']);
  });

  it('does not wait for mirrors that are away when another one has answered', async () => {
    const away = await server(() => undefined);
    await away.close();
    const { url, requests } = await server((request, response) => {
      if (request.url === '/none') return void response.writeHead(404).end();
      fileAnswer(BODY)(request, response, 0);
    });
    const at = run();
    const began = performance.now();
    const error = await failure(get(at, { urls: [`${away.url}/none`, `${url}/none`], retries: 4 }));
    assert.deepEqual(codes(error), ['TRANSPORT_CONNECTION', 'TRANSPORT_HTTP_STATUS']);
    await get(at, { urls: [`${away.url}/file`, `${url}/file`], retries: 4 });
    assert.ok(bytes(at).equals(BODY));
    assert.ok(performance.now() - began < 450);
    assert.equal(requests.length, 2);
    assert.equal((await failure(get(at, { urls: [`${away.url}/file`], retries: 0 }))).code, 'TRANSPORT_FAILED');
  });

  it('tries again after 503 and honours the number of retries', async () => {
    const answer = fileAnswer(BODY);
    const { url, requests } = await server((request, response, count) => {
      if (count === 0 || request.url === '/never') return void response.writeHead(503).end();
      answer(request, response, count);
    });
    const at = run();
    await get(at, { urls: [`${url}/a`], retries: 1 });
    assert.ok(bytes(at).equals(BODY));
    const error = await failure(get(at, { urls: [`${url}/never`], retries: 1 }));
    assert.equal(error.problems[0]?.data.status, 503);
    assert.equal(requests.filter((request) => request.url === '/never').length, 2);
  });

  it('does not try again what will not get better', async () => {
    const at = run({ config: { retries: 5 } });
    const { url, requests } = await server((_request, response) => void response.writeHead(404).end());
    const error = await failure(get(at, { urls: [`${url}/a`] }));
    assert.equal(requests.length, 1);
    assert.match(error.message, /status 404/);
    assert.ok(error.hint);
  });

  it('refuses more bytes than allowed, announced or not', async () => {
    const at = run();
    const { url } = await server((request, response) => {
      if (request.url === '/announced') response.setHeader('content-length', BODY.length);
      response.end(BODY);
    });
    for (const path of ['announced', 'silent']) {
      const error = await failure(get(at, { urls: [`${url}/${path}`], maxSize: 1000 }));
      assert.deepEqual(codes(error), ['TRANSPORT_TOO_LARGE']);
    }
    assert.deepEqual(left(at), []);
  });

  it('tells a file of another size, and one that ends too early', async () => {
    const at = run();
    const { url } = await server((request, response) => {
      if (request.url === '/long') return void response.end(BODY);
      response.writeHead(200, { 'content-length': BODY.length });
      response.write(BODY.subarray(0, 1000), () => setTimeout(() => response.destroy(), 20));
    });
    assert.deepEqual(codes(await failure(get(at, { urls: [`${url}/long`], size: 10 }))), ['TRANSPORT_SIZE']);
    const short = await failure(get(at, { urls: [`${url}/short`], size: BODY.length }));
    assert.deepEqual(codes(short), ['TRANSPORT_CONNECTION']);
    assert.equal(existsSync(join(at.directory, 'file')), false);
  });

  it('serves part of a file, and refuses a server that does not', async () => {
    const at = run();
    const { url } = await server(fileAnswer(BODY));
    await get(at, { urls: [`${url}/a`], range: { first: 8, last: 15 } });
    assert.equal(bytes(at).toString(), 'ostrata ');
    const plain = await server((_request, response) => void response.end(BODY));
    const error = await failure(get(at, { urls: [`${plain.url}/a`], range: { first: 8, last: 15 } }));
    assert.deepEqual(codes(error), ['TRANSPORT_RANGE']);
  });

  it('gives a transfer up that is too slow, or never begins', async () => {
    const at = run();
    const { url } = await server((request, response) => {
      if (request.url === '/silent') return;
      response.writeHead(200);
      const timer = setInterval(() => response.write('x'), 50);
      response.on('close', () => clearInterval(timer));
    });
    for (const path of ['slow', 'silent']) {
      const error = await failure(get(at, { urls: [`${url}/${path}`], timeoutSeconds: 0.3 }));
      assert.deepEqual(codes(error), ['TRANSPORT_TIMEOUT'], path);
    }
  });

  it('is as patient as a request says: with fewer bytes, for longer, or without end', async () => {
    const at = run({ config: { lowSpeedBytesPerSecond: 1e6, lowSpeedSeconds: 0.1 } });
    const { url } = await server((_request, response) => {
      response.writeHead(200, { 'content-length': 20 });
      let left = 20;
      const timer = setInterval(() => (--left > 0 ? response.write('x') : response.end('x')), 20);
      response.on('close', () => clearInterval(timer));
    });
    const urls = [`${url}/slow`];
    assert.deepEqual(codes(await failure(get(at, { urls }))), ['TRANSPORT_TIMEOUT']);
    const faster = { bytesPerSecond: 10_000 };
    assert.match(
      (await failure(get(at, { urls, lowSpeed: faster }))).message,
      /less than 10000 bytes a second for 0.1 s/,
    );
    for (const lowSpeed of [{ bytesPerSecond: 1 }, { seconds: 30 }, { bytesPerSecond: 0 }, { seconds: 0 }]) {
      assert.equal((await get(at, { urls, lowSpeed })).bytes, 20, JSON.stringify(lowSpeed));
    }
  });

  it('does not wait for a server that was never there, but for one that is away since', async () => {
    const gone = await server(() => undefined);
    await gone.close();
    const at = run({ config: { retries: 5 } });
    const began = performance.now();
    assert.deepEqual(codes(await failure(get(at, { urls: [`${gone.url}/a`] }))), ['TRANSPORT_CONNECTION']);
    assert.ok(performance.now() - began < 200);
    const { url, close } = await server(fileAnswer(BODY));
    await get(at, { urls: [`${url}/a`] });
    await close();
    const waited = performance.now();
    await failure(get(at, { urls: [`${url}/b`], retries: 1 }));
    assert.ok(performance.now() - waited > 200);
  });

  it('tries the mirrors of a long list that were not asked yet in the next round', async () => {
    const asked: string[] = [];
    const { url } = await server((request, response) => {
      asked.push(request.url!);
      if (request.url === '/0') response.writeHead(404).end();
      else if (request.url === '/9') fileAnswer(BODY)(request, response, 0);
      else response.writeHead(503).end();
    });
    const at = run();
    await get(at, {
      urls: Array.from({ length: 10 }, (_, n) => `${n < 9 ? url : url.replace('127.0.0.1', 'localhost')}/${n}`),
      retries: 1,
    });
    assert.ok(bytes(at).equals(BODY));
    assert.deepEqual(asked.slice(0, 7), ['/0', '/1', '/2', '/3', '/4', '/5', '/6']);
    assert.equal(asked[7], '/9');
  });

  it('ends at once when the run is aborted', async () => {
    const at = run({ config: { retries: 9 } });
    const { url } = await server((request, response) => {
      if (request.url === '/busy') response.writeHead(503).end();
    });
    const reason = new Error('stopped by the user');
    const waiting = [
      get(at, { urls: [`${url}/a`] }),
      get(at, { urls: [`${url}/busy`], destination: join(at.directory, 'file2') }),
    ];
    setTimeout(() => at.abort.abort(reason), 100);
    const begun = Date.now();
    for (const work of waiting) await assert.rejects(work, reason);
    assert.ok(Date.now() - begun < 2000);
  });

  it('lets requests for one destination wait for one another', async () => {
    const at = run();
    const { url } = await server(fileAnswer(BODY));
    const all = Array.from({ length: 4 }, () => get(at, { urls: [`${url}/a`], checksum: CHECKSUM }));
    for (const result of await Promise.all(all)) assert.equal(result.bytes, BODY.length);
    assert.ok(bytes(at).equals(BODY));
    assert.deepEqual(left(at), ['file']);
  });

  it('bounds connections to one host', async () => {
    const at = run({ config: { maxConnectionsPerHost: 2 } });
    let open = 0;
    let most = 0;
    const { url } = await server((_request, response) => {
      most = Math.max(most, ++open);
      setTimeout(() => {
        open--;
        response.end('ok');
      }, 20);
    });
    const all = Array.from({ length: 8 }, (_, i) =>
      get(at, { urls: [`${url}/${i}`], destination: join(at.directory, `file${i}`) }),
    );
    await Promise.all(all);
    assert.equal(most, 2);
  });

  it('follows redirects, but not in circles', async () => {
    const at = run();
    const answer = fileAnswer(BODY);
    const { url } = await server((request, response, count) => {
      if (request.url === '/file') return answer(request, response, count);
      response.writeHead(302, { location: request.url === '/there' ? '/file' : request.url }).end();
    });
    assert.equal((await get(at, { urls: [`${url}/there`] })).url, `${url}/file`);
    const error = await failure(get(at, { urls: [`${url}/loop`] }));
    assert.deepEqual(codes(error), ['TRANSPORT_REDIRECT']);
  });

  it('logs in, and never shows or passes on the login', async () => {
    const at = run();
    const other = await server((request, response) => {
      if (request.headers.authorization) response.writeHead(500);
      response.end('elsewhere');
    });
    const { url, requests } = await server((request, response) => {
      if (request.url === '/moved') return void response.writeHead(302, { location: `${other.url}/x` }).end();
      const expected = `Basic ${Buffer.from('user:s3cr@t').toString('base64')}`;
      if (request.headers.authorization !== expected) return void response.writeHead(401).end();
      response.end('welcome');
    });
    const credentials = { username: 'user', password: 's3cr@t' };
    await get(at, { urls: [`${url}/a`], credentials });
    assert.equal(bytes(at).toString(), 'welcome');
    await get(at, { urls: [`${url.replace('//', '//user:s3cr%40t@')}/a`] });
    assert.equal(requests.length, 2);
    assert.equal((await get(at, { urls: [`${url}/moved`], credentials })).url, `${other.url}/x`);
    assert.equal(bytes(at).toString(), 'elsewhere');
    const wrong = await failure(get(at, { urls: [`${url.replace('//', '//user:hunter2@')}/b?token=hunter3`] }));
    const shown = JSON.stringify([
      wrong.message,
      wrong.data,
      wrong.problems.map((problem) => [problem.message, problem.data, problem.cause]),
    ]);
    assert.doesNotMatch(shown, /hunter/);
    assert.match(wrong.hint ?? '', /login/);
  });

  it('asks through a proxy, except for hosts that it is told not to', async () => {
    const proxy = await server((request, response) => {
      response.end(`for ${request.url} by ${request.headers['proxy-authorization']}`);
    });
    const address = `http://me:pw@127.0.0.1:${proxy.port}`;
    const at = run({ proxy: { http: address, no: 'direct.invalid,127.0.0.1' } });
    await get(at, { urls: ['http://repo.invalid/a'] });
    assert.equal(bytes(at).toString(), `for http://repo.invalid/a by Basic ${Buffer.from('me:pw').toString('base64')}`);
    const { url } = await server(fileAnswer(BODY));
    await get(at, { urls: [`${url}/a`] });
    assert.equal(proxy.requests.length, 1);
    await get(at, { urls: [`${url}/a`], proxy: address });
    assert.equal(proxy.requests.length, 2);
    const error = await failure(get(at, { urls: ['http://repo.invalid/a'], proxy: 'socks5://me:pw@127.0.0.1:1' }));
    assert.equal(error.code, 'TRANSPORT_PROXY');
    assert.doesNotMatch(error.message, /pw/);
  });

  it('says what to do when it cannot write', async () => {
    const at = run();
    const { url } = await server(fileAnswer(BODY));
    writeFileSync(join(at.directory, 'blocked'), '');
    const error = await failure(get(at, { urls: [`${url}/a`], destination: join(at.directory, 'blocked', 'file') }));
    assert.equal(error.code, 'TRANSPORT_WRITE');
  });

  it('refuses a checksum of an unknown kind', async () => {
    const at = run();
    const error = await failure(
      get(at, { urls: ['http://127.0.0.1:1/'], checksum: { algorithm: 'crc', value: '00' } }),
    );
    assert.equal(error.code, 'TRANSPORT_CHECKSUM_UNKNOWN');
  });
});
