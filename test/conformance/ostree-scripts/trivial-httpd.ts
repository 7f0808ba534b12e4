/**
 * Stands in for `ostree trivial-httpd`, the server that libostree's scripts start:
 *
 *   node trivial-httpd.ts [options] [DIRECTORY]
 */
import { spawn } from 'node:child_process';
import { appendFileSync, createReadStream, existsSync, openSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    daemonize: { type: 'boolean', short: 'd' },
    autoexit: { type: 'boolean' },
    port: { type: 'string', short: 'P', default: '0' },
    'port-file': { type: 'string', short: 'p' },
    'force-range-requests': { type: 'boolean' },
    'require-basic-auth': { type: 'boolean' },
    'random-500s': { type: 'string', default: '0' },
    'random-500s-max': { type: 'string', default: '100' },
    'random-408s': { type: 'string', default: '0' },
    'random-408s-max': { type: 'string', default: '100' },
    'log-file': { type: 'string' },
    'expected-cookies': { type: 'string', multiple: true, default: [] },
    'expected-header': { type: 'string', multiple: true, default: [] },
    repo: { type: 'string' },
  },
});
const root = resolve(positionals[0] ?? '.');
/** Of one hour: no script runs that long. */
const LIFETIME = 3_600_000;

if (values.daemonize) await daemonize();
else serve();

/** Starts the server as a process of its own and waits until it has written its port. */
async function daemonize(): Promise<void> {
  const args = process.argv.slice(1).filter((word) => word !== '--daemonize' && word !== '-d');
  const log = openSync('/dev/null', 'r+');
  const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', 'pipe', log] });
  await new Promise<void>((ready, failed) => {
    child.stdout?.once('data', () => ready());
    child.once('exit', (status) => failed(new Error(`the server ended with status ${status}`)));
  });
  child.stdout?.destroy();
  child.unref();
}

function serve(): void {
  const budget = { 500: Number(values['random-500s-max']), 408: Number(values['random-408s-max']) };
  const server = createServer((request, response) => {
    for (const status of [500, 408] as const) {
      if (Math.random() * 100 >= Number(values[`random-${status}s`]) || budget[status] <= 0) continue;
      budget[status]--;
      end(request, response, status);
      return;
    }
    answer(request, response);
  });
  server.listen(Number(values.port), '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    if (values['port-file'] !== undefined) writeFileSync(values['port-file'], `${port}\n`);
    process.stdout.on('error', () => {});
    process.stdout.write(`${port}\n`);
  });
  const stop = () => {
    server.close();
    server.closeAllConnections();
    process.exit(0);
  };
  setTimeout(stop, LIFETIME).unref();
  if (values.autoexit) setInterval(() => existsSync(root) || stop(), 200);
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  if (values['require-basic-auth'] && request.headers.authorization !== `Basic ${btoa('foouser:barpw')}`) {
    response.setHeader('WWW-Authenticate', 'Basic realm="auth-test"');
    end(request, response, 401);
    return;
  }
  const cookies = new Set((request.headers.cookie ?? '').split(/;\s*/));
  const lacksCookie = values['expected-cookies'].some((cookie) => !cookies.has(cookie));
  const lacksHeader = values['expected-header'].some((header) => {
    const equals = header.indexOf('=');
    return request.headers[header.slice(0, equals).toLowerCase()] !== header.slice(equals + 1);
  });
  if (lacksCookie || lacksHeader) {
    end(request, response, 403);
    return;
  }
  const path = join(root, normalize(decodeURIComponent(pathname)));
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) end(request, response, 404);
  else if ((stat.mode & 0o004) === 0) end(request, response, 403);
  else if (stat.isDirectory()) end(request, response, 200, readdirSync(path).join('\n'));
  else sendFile(request, response, path, stat.size, stat.mtime);
}

function sendFile(request: IncomingMessage, response: ServerResponse, path: string, size: number, time: Date): void {
  const etag = `"${time.getTime()}-${size}"`;
  response.setHeader('ETag', etag);
  response.setHeader('Last-Modified', time.toUTCString());
  response.setHeader('Accept-Ranges', 'bytes');
  if (request.headers['if-none-match'] === etag) {
    end(request, response, 304);
    return;
  }
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  if (!range) {
    // Half of a file makes clients go on from there.
    const half = values['force-range-requests'] && size > 10 ? Math.floor(size / 2) : size;
    log(request, 200);
    response.writeHead(200, { 'Content-Length': size });
    if (request.method === 'HEAD' || size === 0) response.end();
    else {
      const stream = createReadStream(path, { end: half - 1 });
      if (half < size) stream.once('end', () => response.destroy());
      stream.pipe(response, { end: half === size });
    }
    return;
  }
  const first = Number(range[1]);
  const last = range[2] === '' ? size - 1 : Math.min(Number(range[2]), size - 1);
  if (first > last) {
    end(request, response, 416);
    return;
  }
  log(request, 206);
  response.writeHead(206, { 'Content-Length': last - first + 1, 'Content-Range': `bytes ${first}-${last}/${size}` });
  createReadStream(path, { start: first, end: last }).pipe(response);
}

function end(request: IncomingMessage, response: ServerResponse, status: number, text = ''): void {
  log(request, status);
  response.writeHead(status).end(text);
}

/** Scripts count lines with the path of what was asked for. */
function log(request: IncomingMessage, status: number): void {
  const file = values['log-file'];
  if (file !== undefined) appendFileSync(file, `serving ${request.url}\n  ${request.method} ${status}\n`);
}
