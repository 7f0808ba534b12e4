import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request as requestHttp } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type PullOptions, pull } from '../../../../plugins/store-ostree/src/pull/index.ts';
import { addRemote } from '../../../../plugins/store-ostree/src/remote/index.ts';
import { initRepository } from '../../../../plugins/store-ostree/src/repo/init.ts';
import type { Repository } from '../../../../plugins/store-ostree/src/repo/repository.ts';
import type { TestRun } from '../../fetch-http/support/context.ts';
import { serve, type TestServer } from '../../fetch-http/support/server.ts';
import { hasOstree, hasTool, ostree, temporary } from '../support.ts';
import { directoryAnswer, pullRun, serveDirectory } from './support.ts';

describe('How a remote says that it is reached (needs ostree)', function () {
  this.timeout(30_000);
  const tmp = temporary();
  const servers: TestServer[] = [];
  let run: TestRun;
  let head: string;
  before(function () {
    if (!hasOstree) this.skip();
  });
  beforeEach(() => {
    mkdirSync(tmp.in('tree/usr'), { recursive: true });
    for (let n = 0; n < 12; n++) writeFileSync(tmp.in(`tree/usr/file-${n}`), `content ${n}\n`.repeat(n * 20));
    ostree(tmp.in('source'), 'init', '--mode=archive');
    head = ostree(tmp.in('source'), 'commit', '-b', 'main', '--canonical-permissions', tmp.in('tree'));
    run = pullRun();
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
    await run.close();
  });

  const serving = async (
    ...args: Parameters<typeof serveDirectory> extends [unknown, ...infer Rest] ? Rest : never
  ) => {
    const server = await serveDirectory(() => tmp.in('source'), ...args);
    servers.push(server);
    return server;
  };
  const target = (url: string, options: Record<string, string> = {}, name = 'target'): Repository => {
    const repo = initRepository(tmp.in(name), 'bare-user');
    addRemote(repo, 'origin', { url, options: new Map(Object.entries({ 'gpg-verify': 'false', ...options })) });
    return repo;
  };
  const fetch = (repo: Repository, options: Partial<PullOptions> = {}) =>
    pull(repo, { remote: 'origin', revs: ['main'], networkRetries: 0, ...options }, run.ctx);
  const isWhole = (repo: Repository) => {
    assert.equal(ostree(repo.path, 'rev-parse', 'origin:main'), head);
    ostree(repo.path, 'fsck');
  };

  it('through a proxy of its own', async () => {
    const asked: string[] = [];
    const server = await serving();
    const proxy = await serve((request, response) => {
      asked.push(request.url!);
      const upstream = requestHttp(request.url!, { headers: request.headers }, (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      });
      request.pipe(upstream);
    });
    servers.push(proxy);
    const repo = target(server.url, { proxy: proxy.url });
    await fetch(repo);
    isWhole(repo);
    assert.ok(asked.length > 10 && asked.every((url) => url.startsWith(`${server.url}/`)));
  });

  it('by headers, cookies, a login and a name', async () => {
    const wanted = (headers: Record<string, unknown>) =>
      headers['cookie'] === 'one=first; two=second' &&
      headers['x-extra'] === 'yes' &&
      headers['authorization'] === `Basic ${btoa('user:pass word')}` &&
      headers['user-agent'] === 'libostree/2022.7 more/2.0';
    const server = await serving((request, response) => {
      if (wanted(request.headers)) return false;
      response.writeHead(401).end();
      return true;
    });
    const repo = target(server.url.replace('//', '//user:pass%20word@'));
    // As `ostree remote add-cookie` writes them: fields divided by tabs.
    const cookie = (name: string, value: string, expires = 4_000_000_000, path = '/') =>
      ['127.0.0.1', 'FALSE', path, 'FALSE', expires, name, value].join('\t');
    const lines = [cookie('one', 'first'), cookie('two', 'second'), cookie('old', 'x', 5), cookie('off', 'x', 0, '/b')];
    writeFileSync(join(repo.path, 'origin.cookies.txt'), `${lines.join('\n')}\n`);
    const options = { headers: { 'x-extra': 'yes' }, appendUserAgent: 'more/2.0' };
    await assert.rejects(fetch(repo), /401/);
    await fetch(repo, options);
    isWhole(repo);
  });

  it('with the cookies of one server for no other', async () => {
    const away = await serving((_request, response) => {
      response.writeHead(404).end();
      return true;
    });
    const server = await serving();
    writeFileSync(tmp.in('source/list'), `${server.url}\n${away.url.replace('127.0.0.1', 'localhost')}\n`);
    const repo = target(`mirrorlist=${server.url}/list`);
    const line = ['127.0.0.1', 'FALSE', '/', 'FALSE', 0, 'one', 'first'].join('\t');
    writeFileSync(join(repo.path, 'origin.cookies.txt'), `${line}\n`);
    await fetch(repo);
    isWhole(repo);
    assert.ok(away.requests.length > 0 && away.requests.every(({ headers }) => headers.cookie === undefined));
    assert.ok(server.requests.every(({ headers }) => headers.cookie === 'one=first'));
  });

  it('as often as it is told to try, and no more', async () => {
    const failing = new Map<string, number>();
    let allowed = 1;
    const server = await serving((request, response) => {
      const count = (failing.get(request.url!) ?? 0) + 1;
      failing.set(request.url!, count);
      if (count > allowed || !request.url!.endsWith('.filez')) return false;
      response.writeHead(503, { 'retry-after': '0' }).end();
      return true;
    });
    const repo = target(server.url);
    await assert.rejects(fetch(repo), /503/);
    assert.equal(Math.max(...failing.values()), 1);
    failing.clear();
    await fetch(repo, { networkRetries: 1 });
    isWhole(repo);
    assert.equal(Math.max(...failing.values()), 2);
    allowed = 9;
    failing.clear();
    await assert.rejects(fetch(target(server.url, {}, 'other'), { networkRetries: 1 }), /503/);
    assert.equal(Math.max(...failing.values()), 2);
  });

  it('by so many requests at one time as it is told', async () => {
    let [now, most] = [0, 0];
    const answer = directoryAnswer(() => tmp.in('source'));
    const server = await serving((request, response) => {
      most = Math.max(most, ++now);
      setTimeout(() => {
        now--;
        answer(request, response);
      }, 3);
      return true;
    });
    for (const [bound, name] of [
      [1, 'one'],
      [3, 'three'],
      // More than the transport has connections for files.
      [12, 'twelve'],
    ] as const) {
      most = 0;
      const repo = target(server.url, {}, name);
      await fetch(repo, { maxRequests: bound });
      isWhole(repo);
      assert.equal(most, bound);
    }
  });

  it('and gives up on what is too slow', async () => {
    const server = await serving((request, response) => {
      if (!request.url!.endsWith('.dirtree')) return false;
      response.writeHead(200, { 'content-length': 1000 });
      response.write('x');
      return true;
    });
    const began = performance.now();
    await assert.rejects(fetch(target(server.url), { lowSpeed: { seconds: 0.2 } }), /less than \d+ bytes a second/);
    assert.ok(performance.now() - began < 3000);
  });

  it('and waits for what is only slow, where it is told to', async () => {
    const answer = directoryAnswer(() => tmp.in('source'));
    const server = await serving((request, response) => {
      if (!request.url!.endsWith('.dirtree')) return false;
      setTimeout(() => answer(request, response), 400);
      return true;
    });
    for (const [name, lowSpeed] of [
      ['few', { bytesPerSecond: 1, seconds: 5 }],
      ['none', { bytesPerSecond: 0, seconds: 0.1 }],
    ] as const) {
      const repo = target(server.url, {}, name);
      await fetch(repo, { lowSpeed });
      isWhole(repo);
    }
    await assert.rejects(
      fetch(target(server.url, {}, 'no'), { lowSpeed: { seconds: 0.1 } }),
      /bytes a second for 0.1 s/,
    );
  });

  it('and fails at once when nobody is there', async () => {
    const gone = await serve((_request, response) => void response.end());
    await gone.close();
    const began = performance.now();
    await assert.rejects(fetch(target(gone.url), { networkRetries: 5 }), /ECONNREFUSED/);
    assert.ok(performance.now() - began < 1000);
  });

  it('and says how far it is as often as it is told', async () => {
    const answer = directoryAnswer(() => tmp.in('source'));
    const server = await serving((request, response) => {
      setTimeout(() => answer(request, response), 20);
      return true;
    });
    const told = async (name: string, updateFrequency?: number) => {
      const states: { done: number; total: number; bytes: number }[] = [];
      const frequency = updateFrequency === undefined ? {} : { updateFrequency };
      const options = {
        maxRequests: 1,
        onProgress: (state: (typeof states)[0]) => void states.push(state),
        ...frequency,
      };
      await fetch(target(server.url, {}, name), options);
      const last = states.at(-1)!;
      assert.equal(last.done, last.total);
      assert.ok(last.bytes > 1000);
      return states.length;
    };
    assert.equal(await told('second'), 1);
    assert.equal(await told('also', 0), 1);
    const often = await told('often', 1);
    assert.ok(often > 10, `${often}`);
    const seldom = await told('seldom', 100);
    assert.ok(seldom > 1 && seldom < often, `${seldom}`);
  });

  it('past mirrors that are away, at once', async () => {
    const server = await serving();
    const gone = await serve((_request, response) => void response.end());
    await gone.close();
    writeFileSync(tmp.in('source/list'), `${gone.url}\n${gone.url}/other\n${server.url}\n${gone.url}/third\n`);
    const began = performance.now();
    const repo = target(`mirrorlist=${server.url}/list`);
    await fetch(repo, { networkRetries: 5 });
    isWhole(repo);
    ostree(tmp.in('source'), 'summary', '-u');
    const summary = readFileSync(tmp.in('source/summary'));
    const digest = execFileSync('sha512sum', [tmp.in('source/summary')], { encoding: 'utf8' }).slice(0, 128);
    const urls = [gone.url, `${gone.url}/b`, server.url].map((url) => `<url protocol="http">${url}/summary</url>`);
    writeFileSync(
      tmp.in('source/metalink'),
      `<metalink><files><file name="summary"><size>${summary.length}</size><verification><hash type="sha512">${digest}</hash>` +
        `</verification><resources>${urls.join('')}</resources></file></files></metalink>`,
    );
    const linked = target(`metalink=${server.url}/metalink`, {}, 'linked');
    await fetch(linked, { networkRetries: 5 });
    isWhole(linked);
    assert.ok(performance.now() - began < 5000);
  });

  describe('by TLS (needs openssl)', () => {
    before(function () {
      if (!hasTool('openssl', 'version')) this.skip();
    });
    const certificate = (name: string, ...more: string[]) => {
      const files = { key: tmp.in(`${name}.key`), cert: tmp.in(`${name}.pem`) };
      const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
      const output = ['-keyout', files.key, '-out', files.cert, '-subj', `/CN=${name}`];
      execFileSync('openssl', ['req', '-x509', ...curve, ...output, ...more], { stdio: 'ignore' });
      return files;
    };

    it('with an authority, or none', async () => {
      const files = certificate('server', '-addext', 'subjectAltName=IP:127.0.0.1');
      const server = await serving(undefined, { key: readFileSync(files.key), cert: readFileSync(files.cert) });
      await assert.rejects(fetch(target(server.url, {}, 'unknown')), /certificate/);
      const known = target(server.url, { 'tls-ca-path': files.cert }, 'known');
      await fetch(known);
      isWhole(known);
      const permissive = target(server.url, { 'tls-permissive': 'true' }, 'permissive');
      await fetch(permissive);
      isWhole(permissive);
      await assert.rejects(fetch(target(server.url, { 'tls-ca-path': tmp.in('none') }, 'absent')), /none/);
      const other = certificate('other');
      await assert.rejects(fetch(target(server.url, { 'tls-ca-path': other.cert }, 'wrong')), /certificate/);
    });

    it('with a certificate of the client', async () => {
      const files = certificate('server', '-addext', 'subjectAltName=IP:127.0.0.1');
      const client = certificate('client');
      const server = await serving(undefined, {
        key: readFileSync(files.key),
        cert: readFileSync(files.cert),
        ca: readFileSync(client.cert),
        requestCert: true,
        rejectUnauthorized: true,
      });
      const options = { 'tls-ca-path': files.cert };
      const names = { 'tls-client-cert-path': client.cert, 'tls-client-key-path': client.key };
      await assert.rejects(fetch(target(server.url, options, 'without')));
      const half = { ...options, 'tls-client-cert-path': client.cert };
      await assert.rejects(fetch(target(server.url, half, 'half')), { code: 'OSTREE_REMOTE_INVALID' });
      const repo = target(server.url, { ...options, ...names }, 'with');
      await fetch(repo);
      isWhole(repo);
    });

    it('through a proxy, by a tunnel', async () => {
      const files = certificate('server', '-addext', 'subjectAltName=IP:127.0.0.1');
      const server = await serving(undefined, { key: readFileSync(files.key), cert: readFileSync(files.cert) });
      const asked = new Set<string>();
      const proxy = await serveTunnel(asked);
      servers.push(proxy);
      const repo = target(server.url, { proxy: proxy.url, 'tls-ca-path': files.cert });
      await fetch(repo);
      isWhole(repo);
      assert.deepEqual([...asked], [`127.0.0.1:${server.port}`]);
    });
  });
});

/** A proxy that only makes tunnels. */
async function serveTunnel(asked: Set<string>): Promise<TestServer> {
  const { createServer } = await import('node:http');
  const server = createServer((_request, response) => void response.writeHead(405).end());
  server.on('connect', (request, socket) => {
    asked.add(request.url!);
    const [host, port] = request.url!.split(':') as [string, string];
    const upstream = connect(Number(port), host, () => socket.write('HTTP/1.1 200 Connection established\r\n\r\n'));
    socket.pipe(upstream).pipe(socket);
    socket.on('error', () => upstream.destroy());
    upstream.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests: [],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
