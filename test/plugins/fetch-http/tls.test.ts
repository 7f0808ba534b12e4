import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HostError, isHostError } from '@ostrata/core';
import { type TestRun, testRun } from './support/context.ts';
import { serve, type TestServer } from './support/server.ts';

function makeCertificate(directory: string): { key: string; cert: string } | null {
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  try {
    execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' });
    return { key, cert };
  } catch {
    return null;
  }
}

describe('fetch-http: https (needs openssl)', () => {
  let directory: string;
  let files: { key: string; cert: string } | null;
  let server: TestServer | undefined;
  let plain: TestServer | undefined;
  let run: TestRun;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'ostrata-tls-'));
    files = makeCertificate(directory);
    if (files === null) return;
    plain = await serve((_request, response) => void response.end('in the clear'));
    const tls = { key: readFileSync(files.key, 'utf8'), cert: readFileSync(files.cert, 'utf8') };
    server = await serve((request, response) => {
      if (request.url === '/down') return void response.writeHead(302, { location: `${plain!.url}/x` }).end();
      response.end('secret');
    }, tls);
  });
  after(async () => {
    await server?.close();
    await plain?.close();
    rmSync(directory, { recursive: true, force: true });
  });
  beforeEach(function () {
    run = testRun();
    if (files === null) this.skip();
  });
  afterEach(() => run.close());

  const file = (): string => join(run.directory, 'file');
  const get = (
    path: string,
    credentials?: { caCertificate?: string; clientCertificate?: string; verifyPeer?: boolean },
    proxy?: string,
  ) =>
    run.transport('https').get(
      {
        urls: [`${server!.url}${path}`],
        destination: file(),
        ...(credentials && { credentials }),
        ...(proxy === undefined ? {} : { proxy }),
      },
      run.ctx,
    );

  async function failure(work: Promise<unknown>): Promise<HostError> {
    try {
      await work;
    } catch (error) {
      assert.ok(isHostError(error), String(error));
      return error;
    }
    assert.fail('it went well');
  }

  it('trusts the authority that the source names, and nobody else', async () => {
    const error = await failure(get('/a'));
    assert.equal(error.problems[0]?.code, 'TRANSPORT_TLS');
    assert.match(error.hint ?? '', /sslcacert/);
    await get('/a', { caCertificate: files!.cert });
    assert.equal(readFileSync(file(), 'utf8'), 'secret');
    await get('/a', { verifyPeer: false });
    assert.equal((await failure(get('/a'))).problems[0]?.code, 'TRANSPORT_TLS');
  });

  it('never follows a redirect from https to http', async () => {
    const error = await failure(get('/down', { caCertificate: files!.cert }));
    assert.equal(error.problems[0]?.code, 'TRANSPORT_REDIRECT');
    assert.equal(plain!.requests.length, 0);
  });

  it('says which certificate cannot be read', async () => {
    const error = await failure(get('/a', { clientCertificate: join(directory, 'absent.pem') }));
    assert.match(error.message, /absent\.pem/);
  });

  it('goes through a proxy by a tunnel', async () => {
    const asked: string[] = [];
    const proxy: Server = createServer((socket) => {
      socket.once('data', (head) => {
        asked.push(head.toString('latin1').split('\r\n')[0]!);
        const upstream = connect(server!.port, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
        socket.pipe(upstream).pipe(socket);
        socket.on('error', () => upstream.destroy());
        upstream.on('error', () => socket.destroy());
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as { port: number };
    try {
      await get('/a', { caCertificate: files!.cert }, `http://127.0.0.1:${port}`);
      assert.equal(readFileSync(file(), 'utf8'), 'secret');
      assert.deepEqual(asked, [`CONNECT 127.0.0.1:${server!.port} HTTP/1.1`]);
    } finally {
      proxy.close();
    }
  });
});
