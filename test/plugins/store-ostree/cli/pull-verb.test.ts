import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Terminal } from '@ostrata/core';
import { runOstree } from '../../../../plugins/store-ostree/src/cli/main.ts';
import type { TestRun } from '../../fetch-http/support/context.ts';
import type { TestServer } from '../../fetch-http/support/server.ts';
import { pullRun, serveDirectory } from '../pull/support.ts';
import { hasOstree, ostree, temporary } from '../support.ts';
import { oursWith } from './support.ts';

describe('ostrata ostree pull, beside ostree (needs ostree)', function () {
  this.timeout(30_000);
  const place = temporary();
  let server: TestServer;
  let run: TestRun;
  before(function () {
    if (!hasOstree) this.skip();
  });
  beforeEach(async () => {
    mkdirSync(place.in('tree/usr'), { recursive: true });
    for (let n = 0; n < 30; n++) writeFileSync(place.in(`tree/usr/file-${n}`), `content ${n}\n`.repeat(n * 9));
    ostree(place.in('source'), 'init', '--mode=archive');
    commit('one');
    server = await serveDirectory(() => place.in('source'));
    run = pullRun();
    for (const name of ['ours', 'theirs']) {
      ostree(place.in(name), 'init', '--mode=bare-user');
      ostree(place.in(name), 'remote', 'add', '--no-gpg-verify', 'origin', server.url);
    }
  });
  afterEach(async () => {
    await server.close();
    await run.close();
  });

  const commit = (text: string): void => {
    writeFileSync(place.in('tree/version'), text.repeat(5000));
    ostree(place.in('source'), 'commit', '-b', 'main', '-s', text, '--canonical-permissions', place.in('tree'));
  };
  const ours = (...args: string[]) => oursWith(run.ctx, `--repo=${place.in('ours')}`, 'pull', ...args);
  /** While this process serves. */
  const theirs = (...args: string[]) =>
    promisify(execFile)('ostree', [`--repo=${place.in('theirs')}`, 'pull', ...args]).then(
      ({ stdout }) => ({ status: 0, out: stdout, err: '' }),
      ({ code, stdout, stderr }) => ({ status: code as number, out: String(stdout), err: String(stderr) }),
    );
  /** Without the time, and what depends on how answers without a file are counted. */
  const plain = (text: string): string =>
    Buffer.from(text, 'latin1')
      .toString('utf8')
      .replace(/\d+ \w+ transferred in \d+ seconds/, 'transferred')
      .replace(/\d+ (metadata|loose)/, '$1');
  const assertAlike = async (...args: string[]): Promise<string> => {
    const mine = await ours(...args);
    const real = await theirs(...args);
    assert.deepEqual(
      [mine.status, plain(mine.out), mine.err],
      [real.status, Buffer.from(plain(Buffer.from(real.out).toString('latin1'))).toString(), real.err],
      args.join(' '),
    );
    return plain(mine.out);
  };

  it('says what it has brought, and what a static delta would bring', async () => {
    await assertAlike('origin', 'main');
    await assertAlike('origin:main');
    commit('two');
    ostree(place.in('source'), 'static-delta', 'generate', 'main');
    ostree(place.in('source'), 'summary', '-u');
    const delta = await assertAlike('--dry-run', '--require-static-deltas', 'origin', 'main');
    assert.match(delta, /^Delta update: 0\/1 parts, 0 bytes\//);
    await assertAlike('--dry-run', 'origin', 'main');
    for (const name of ['ours', 'theirs']) {
      // All but the commit is here already.
      ostree(place.in(name), 'commit', '-b', 'own', '--canonical-permissions', place.in('tree'));
    }
    const known = await assertAlike('--dry-run', '--require-static-deltas', 'origin', 'main');
    assert.match(known, /^Delta update: [01]\/1 parts, /);
    await assertAlike('--require-static-deltas', 'origin', 'main');
    await assertAlike('--dry-run', '--require-static-deltas', 'origin', 'main');
    ostree(place.in('ours'), 'fsck');
    assert.equal(ostree(place.in('ours'), 'rev-parse', 'origin:main'), ostree(place.in('source'), 'rev-parse', 'main'));
  });

  it('brings the same with its options', async () => {
    commit('two');
    commit('three');
    const objects = (name: string) => readdirSync(place.in(name, 'objects'), { recursive: true }).sort();
    for (const args of [
      ['--commit-metadata-only', 'origin', 'main'],
      ['--subpath=/usr/file-3', '--subpath=/version', 'origin', 'main'],
      ['--depth=1', '--bareuseronly-files', 'origin', 'main'],
      ['--depth=-1', '--network-retries=0', '--disable-retry-on-network-errors', 'origin', 'main'],
      ['--mirror', '--untrusted', '-T', 'origin', 'main'],
    ]) {
      // libostree writes no ref of a mirror while the one of the remote is the same.
      if (args[0] === '--mirror') {
        for (const name of ['ours', 'theirs']) ostree(place.in(name), 'refs', '--delete', 'origin:main');
      }
      const mine = await ours(...args);
      assert.equal(mine.status, 0, mine.err);
      // Newer than the ostree of the machine.
      const real = await theirs(...args.filter((word) => word !== '--disable-retry-on-network-errors'));
      assert.equal(real.status, 0, real.err);
      assert.deepEqual(objects('ours'), objects('theirs'), args.join(' '));
      assert.deepEqual(readdirSync(place.in('ours/state')), readdirSync(place.in('theirs/state')), args.join(' '));
      assert.deepEqual(ostree(place.in('ours'), 'refs'), ostree(place.in('theirs'), 'refs'));
    }
    ostree(place.in('ours'), 'fsck');
  });

  it('takes the options of later versions, and keeps summaries where it is told', async () => {
    const options = [
      '--low-speed-limit-bytes=10',
      '--low-speed-time-seconds=5',
      '--max-outstanding-fetcher-requests=2',
    ];
    const result = await ours(
      `--cache-dir=${place.in('cache')}`,
      '--update-frequency=10',
      ...options,
      'origin',
      'main',
    );
    assert.equal(result.status, 0, result.err);
    assert.ok(!existsSync(join(place.in('ours'), 'tmp/cache/summaries')));
  });

  it('shows on a terminal how far it is, as often as it is told, and clears the line', async () => {
    const said: string[] = [];
    const interactive = async (...args: string[]) => {
      said.length = 0;
      const terminal: Terminal = {
        program: 'ostree',
        environment: {},
        input: 0,
        interactive: true,
        out: (data) => void said.push(data as string),
        err: (text) => void said.push(text),
        withContext: (work) => work(run.ctx),
      };
      return runOstree([`--repo=${place.in('ours')}`, 'pull', ...args], terminal);
    };
    assert.equal(await interactive('--update-frequency=1', 'origin', 'main'), 0);
    const lines = said.join('').split('\r\u001b[K');
    assert.ok(lines.length > 5, said.join(''));
    const [done, total] = /^Receiving objects: 100% \((\d+)\/(\d+)\) -\/s \d/.exec(lines.at(-2)!)!.slice(1);
    assert.equal(done, total);
    assert.match(lines.at(-1)!, /^\d+ metadata, \d+ content objects fetched; .* written\n$/);
    assert.equal(await interactive('origin', 'main'), 0);
    assert.equal(said.join('').split('\r\u001b[K').length, 3);
  });

  it('gives up on what is slow as it is told', async () => {
    const slow = await serveDirectory(
      () => place.in('source'),
      (request, response) => {
        if (!request.url!.endsWith('.dirtree')) return false;
        response.writeHead(200, { 'content-length': 1200 });
        let left = 60;
        const few = 'x'.repeat(20);
        const timer = setInterval(() => (--left > 0 ? response.write(few) : response.end(few)), 20);
        response.on('close', () => clearInterval(timer));
        return true;
      },
    );
    try {
      const began = performance.now();
      const limits = ['--low-speed-limit-bytes=5000', '--low-speed-time-seconds=1', '--network-retries=0'];
      const failed = await ours(`--url=${slow.url}`, ...limits, 'origin', 'main');
      assert.equal(failed.status, 1);
      assert.match(failed.err, /sent less than 5000 bytes a second for 1 seconds/);
      assert.ok(performance.now() - began < 2000);
      // The bytes come, though they are the wrong ones.
      const lenient = await ours(`--url=${slow.url}`, ...limits, '--low-speed-limit-bytes=100', 'origin', 'main');
      assert.match(lenient.err, /Corrupted dirtree/);
    } finally {
      await slow.close();
    }
  });

  it('says what is wrong in the words of ostree', async () => {
    for (const args of [
      [],
      ['nowhere', 'main'],
      ['origin', 'absent'],
      ['origin', 'a//b'],
      ['origin', 'main@12'],
      ['origin'],
    ]) {
      const mine = await ours(...args);
      const real = await theirs(...args);
      assert.deepEqual([args, mine.status], [args, real.status]);
      assert.match(mine.err, /error: /);
    }
  });
});
