import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { isHostError } from '@ostrata/core';
import { type PullOptions, pull } from '../../../../plugins/store-ostree/src/pull/index.ts';
import { initRepository } from '../../../../plugins/store-ostree/src/repo/init.ts';
import type { TestRun } from '../../fetch-http/support/context.ts';
import type { TestServer } from '../../fetch-http/support/server.ts';
import { hasOstree, ostree, temporary } from '../support.ts';
import { pullRun, serveDirectory } from './support.ts';

const KINDS = {
  config: /^\/config$/,
  summary: /^\/summary$/,
  commit: /\.commit$/,
  dirtree: /\.dirtree$/,
  dirmeta: /\.dirmeta$/,
  file: /\.filez$/,
} as const;

const FAULTS: Record<string, (response: ServerResponse) => void> = {
  'a connection that breaks': (response) => void response.destroy(),
  'a body that breaks off': (response) => {
    response.writeHead(200, { 'content-length': 5000 });
    response.write('begins', () => response.destroy());
  },
  'a body that is shorter than announced': (response) => {
    response.writeHead(200, { 'content-length': 50, connection: 'close' });
    response.write('short');
    setTimeout(() => response.socket?.end(), 5);
  },
  nothing: (response) => void response.writeHead(200).end(),
  'a page': (response) => void response.writeHead(200).end('<!DOCTYPE html><title>Welcome to the hotel</title>'),
  'bytes without sense': (response) => void response.writeHead(200).end(Buffer.alloc(3000, 0xa5)),
  'a redirect to itself': (response) => void response.writeHead(302, { location: response.req.url }).end(),
  'a redirect to a file of this machine': (response) =>
    void response.writeHead(302, { location: 'file:///etc/hostname' }).end(),
  'status 500': (response) => void response.writeHead(500).end('broken'),
  'status 204': (response) => void response.writeHead(204).end(),
  'another part than was asked for': (response) =>
    void response.writeHead(206, { 'content-range': 'bytes 7-9/100' }).end('xyz'),
};

describe('Pull from servers that fail (needs ostree)', function () {
  this.timeout(60_000);
  const tmp = temporary();
  let server: TestServer;
  let run: TestRun;
  let fault: { readonly kind: RegExp; answer(response: ServerResponse): void } | undefined;
  before(function () {
    if (!hasOstree) this.skip();
  });
  beforeEach(async () => {
    mkdirSync(tmp.in('tree/a/b'), { recursive: true });
    for (let n = 0; n < 5; n++) writeFileSync(tmp.in(`tree/a/file-${n}`), `content ${n}\n`.repeat(n * 50));
    writeFileSync(tmp.in('tree/a/b/other'), 'other');
    ostree(tmp.in('source'), 'init', '--mode=archive');
    ostree(tmp.in('source'), 'commit', '-b', 'main', '--canonical-permissions', tmp.in('tree'));
    fault = undefined;
    server = await serveDirectory(
      () => tmp.in('source'),
      (request, response) => {
        if (!fault?.kind.test(request.url!)) return false;
        fault.answer(response);
        return true;
      },
    );
    run = pullRun();
  });
  afterEach(async () => {
    await server.close();
    await run.close();
  });

  for (const [kind, pattern] of Object.entries(KINDS)) {
    it(`says what is wrong with ${kind}, leaves nothing half-written, and completes the next time`, async () => {
      if (kind === 'summary') ostree(tmp.in('source'), 'summary', '-u');
      const head = ostree(tmp.in('source'), 'rev-parse', 'main');
      for (const [index, name] of Object.keys(FAULTS).entries()) {
        const repo = initRepository(tmp.in(`target-${index}`), 'bare-user');
        const options: PullOptions = { url: server.url, revs: ['main'], networkRetries: 0 };
        fault = { kind: pattern, answer: FAULTS[name]! };
        const problem = await pull(repo, options, run.ctx).then(
          () => assert.fail(`${name} as ${kind} went well`),
          (error: unknown) => error,
        );
        assert.ok(isHostError(problem), `${name}: ${(problem as Error).stack}`);
        assert.ok(problem.hint !== null && problem.message.length < 1000, name);
        ostree(repo.path, 'fsck');
        assert.deepEqual(readdirSync(join(repo.path, 'refs/heads')), []);
        const left = readdirSync(join(repo.path, 'tmp'), { recursive: true, encoding: 'utf8' });
        assert.ok(!left.some((path) => path.includes('staging-')), left.join());
        fault = undefined;
        await pull(repo, options, run.ctx);
        assert.equal(readFileSync(join(repo.path, 'refs/heads/main'), 'utf8').trim(), head);
        if (index === 0) ostree(repo.path, 'fsck');
        assert.deepEqual(readdirSync(join(repo.path, 'state')), []);
      }
    });
  }
});
