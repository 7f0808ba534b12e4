import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type PullOptions, pull } from '../../../../plugins/store-ostree/src/pull/index.ts';
import { addRemote } from '../../../../plugins/store-ostree/src/remote/index.ts';
import { initRepository } from '../../../../plugins/store-ostree/src/repo/init.ts';
import type { RepoMode } from '../../../../plugins/store-ostree/src/repo/object-path.ts';
import { Repository } from '../../../../plugins/store-ostree/src/repo/repository.ts';
import { updateSummary } from '../../../../plugins/store-ostree/src/summary/index.ts';
import type { TestRun } from '../../fetch-http/support/context.ts';
import type { TestServer } from '../../fetch-http/support/server.ts';
import { hasOstree, isRoot, newStore, ostree, temporary } from '../support.ts';
import { ostreeAside, pullRun, serveDirectory } from './support.ts';

describe('Pull over HTTP (needs ostree)', function () {
  this.timeout(30_000);
  const tmp = temporary();
  let server: TestServer;
  let run: TestRun;
  before(function () {
    if (!hasOstree) this.skip();
  });
  beforeEach(async () => {
    makeTree(tmp.in('tree'));
    ostree(tmp.in('source'), 'init', '--mode=archive');
    commit('main', 'one', 1_700_000_000);
    server = await serveDirectory(() => tmp.in('source'));
    run = pullRun();
  });
  afterEach(async () => {
    await server.close();
    await run.close();
  });

  function makeTree(path: string): void {
    mkdirSync(join(path, 'usr/bin'), { recursive: true });
    mkdirSync(join(path, 'etc'));
    for (let n = 0; n < 20; n++) writeFileSync(join(path, 'usr', `file-${n}`), `content ${n}\n`.repeat(n * 10));
    writeFileSync(join(path, 'usr/bin/program'), '#!/bin/sh\n');
    chmodSync(join(path, 'usr/bin/program'), 0o755);
    writeFileSync(join(path, 'etc/größe'), '');
    symlinkSync('bin/program', join(path, 'usr/link'));
  }

  const commit = (ref: string, subject: string, timestamp: number, ...more: string[]) => {
    writeFileSync(tmp.in('tree/etc/version'), subject);
    const args = [`--branch=${ref}`, `--subject=${subject}`, `--timestamp=@${timestamp}`, '--canonical-permissions'];
    return ostree(tmp.in('source'), 'commit', ...args, ...more, tmp.in('tree'));
  };

  /** A repository with the remote `origin`, as this user can have it. */
  const target = (mode: RepoMode = 'bare-user', name = 'target'): Repository => {
    const repo = initRepository(tmp.in(name), mode);
    addRemote(repo, 'origin', { url: server.url, options: new Map([['gpg-verify', 'false']]) });
    return repo;
  };
  const fetch = (repo: Repository, options: Partial<PullOptions> = {}) =>
    pull(repo, { remote: 'origin', revs: ['main'], ...options }, run.ctx);

  for (const mode of ['bare', 'bare-user', 'bare-user-only', 'archive'] as const) {
    it(`brings into ${mode} what ostree pull brings`, async function () {
      if (mode === 'bare' && !isRoot) this.skip();
      const repo = target(mode);
      const result = await fetch(repo);
      ostree(tmp.in('peer'), 'init', `--mode=${mode}`);
      ostree(tmp.in('peer'), 'remote', 'add', '--no-gpg-verify', 'origin', server.url);
      await ostreeAside(tmp.in('peer'), 'pull', 'origin', 'main');
      ostree(repo.path, 'fsck');
      assert.equal(ostree(repo.path, 'refs'), 'origin:main');
      assert.equal(ostree(repo.path, 'rev-parse', 'origin:main'), ostree(tmp.in('peer'), 'rev-parse', 'origin:main'));
      assert.deepEqual(objects(repo.path), objects(tmp.in('peer')));
      assert.deepEqual(readdirSync(join(repo.path, 'state')), []);
      assert.equal(result.statistics.contentFetched, 23);
    });
  }

  const objects = (repo: string): string[] =>
    readdirSync(join(repo, 'objects'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.length > 2)
      .sort();

  it('asks only for what is missing', async () => {
    const repo = target();
    await fetch(repo);
    const first = server.requests.length;
    commit('main', 'two', 1_700_000_100);
    const { statistics } = await fetch(repo);
    assert.equal(statistics.contentFetched, 1);
    assert.ok(server.requests.length - first < 12);
    ostree(repo.path, 'fsck');
    assert.equal(ostree(repo.path, 'show', '--print-metadata-key=ostree.ref-binding', 'origin:main'), "['main']");
    const again = await fetch(repo);
    // Only the question for detached metadata.
    assert.equal(again.statistics.contentFetched + again.statistics.metadataFetched, 1);
  });

  it('goes on where an earlier pull was broken off', async () => {
    const repo = target();
    let left = 9;
    const broken = await serveDirectory(
      () => tmp.in('source'),
      (request, response) => {
        if (!request.url?.endsWith('.filez') || left-- > 0) return false;
        response.writeHead(500).end();
        return true;
      },
    );
    await assert.rejects(fetch(repo, { url: broken.url, networkRetries: 0 }), { code: 'TRANSPORT_FAILED' });
    await broken.close();
    assert.equal(readdirSync(join(repo.path, 'state')).length, 1);
    assert.equal(ostree(repo.path, 'refs'), '');
    ostree(repo.path, 'fsck');
    const { statistics } = await fetch(repo);
    assert.ok(statistics.contentFetched < 23 && statistics.contentFetched > 0);
    ostree(repo.path, 'fsck');
    assert.deepEqual(readdirSync(join(repo.path, 'state')), []);
    rmSync(tmp.in('out'), { recursive: true, force: true });
    ostree(repo.path, 'checkout', '-U', 'origin:main', tmp.in('out'));
    assert.ok(existsSync(tmp.in('out/usr/bin/program')));
  });

  it('brings parents, parts of trees and commits alone, as it is told', async () => {
    for (let n = 2; n < 6; n++) commit('main', `number ${n}`, 1_700_000_000 + n);
    const deep = target('bare-user', 'deep');
    await fetch(deep, { depth: 2 });
    assert.equal(commits(deep.path), 3);
    await fetch(deep, { depth: -1 });
    assert.equal(commits(deep.path), 5);
    ostree(deep.path, 'fsck');

    const part = target('bare-user', 'part');
    await fetch(part, { subpaths: ['/etc', 'usr/bin/'] });
    assert.equal(readdirSync(join(part.path, 'state')).length, 1);
    assert.match(ostree(part.path, 'ls', '-R', 'origin:main', '/usr/bin'), /program/);
    assert.equal(objects(part.path).filter((name) => name.endsWith('.file')).length, 3);
    ostree(part.path, 'fsck');
    await fetch(part);
    assert.deepEqual(readdirSync(join(part.path, 'state')), []);
    ostree(part.path, 'fsck');

    const alone = target('bare-user', 'alone');
    await fetch(alone, { commitMetadataOnly: true, depth: -1 });
    assert.equal(commits(alone.path), 5);
    assert.ok(!objects(alone.path).some((name) => name.endsWith('.dirtree')));
    ostree(alone.path, 'fsck');
  });

  const commits = (repo: string): number => objects(repo).filter((name) => name.endsWith('.commit')).length;

  it('mirrors all refs with the summary, which ostree can pull on', async () => {
    commit('other/ref', 'two', 1_700_000_001);
    ostree(tmp.in('source'), 'summary', '-u');
    const mirror = target('archive', 'mirror');
    const result = await fetch(mirror, { revs: [], mirror: true });
    assert.deepEqual([...result.commits.keys()].sort(), ['main', 'other/ref']);
    assert.equal(ostree(mirror.path, 'refs'), ostree(tmp.in('source'), 'refs'));
    assert.deepEqual(readFileSync(join(mirror.path, 'summary')), readFileSync(tmp.in('source/summary')));
    const second = await serveDirectory(() => mirror.path);
    ostree(tmp.in('peer'), 'init', '--mode=bare-user');
    ostree(tmp.in('peer'), 'remote', 'add', '--no-gpg-verify', 'origin', second.url);
    await ostreeAside(tmp.in('peer'), 'pull', 'origin', 'main', 'other/ref');
    await second.close();
    ostree(tmp.in('peer'), 'fsck');
    assert.equal(ostree(tmp.in('peer'), 'rev-parse', 'origin:main'), ostree(tmp.in('source'), 'rev-parse', 'main'));
  });

  it('finds refs by a summary of ours, by their files, and by checksums', async () => {
    const repo = target();
    const head = ostree(tmp.in('source'), 'rev-parse', 'main');
    const byChecksum = await fetch(repo, { revs: [head] });
    assert.deepEqual([...byChecksum.commits], [[head, head]]);
    assert.equal(ostree(repo.path, 'refs'), '');
    await assert.rejects(fetch(repo, { revs: ['nothing'] }), { code: 'OSTREE_PULL_REF' });
    updateSummary(Repository.open(tmp.in('source')), { now: 1_700_000_000 });
    await assert.rejects(fetch(repo, { revs: ['nothing'] }), { code: 'OSTREE_PULL_REF' });
    await fetch(repo, { revs: [`main@${head}`] });
    assert.equal(ostree(repo.path, 'refs'), 'origin:main');
    await assert.rejects(fetch(repo, { revs: [] }), { code: 'OSTREE_PULL_REF' });
    await assert.rejects(fetch(repo, { revs: ['../evil'] }), { code: 'OSTREE_REF_INVALID' });
    ostree(tmp.in('peer'), 'init', '--mode=bare-user');
    ostree(tmp.in('peer'), 'remote', 'add', '--no-gpg-verify', 'origin', server.url);
    await ostreeAside(tmp.in('peer'), 'pull', '--mirror', 'origin');
    assert.equal(ostree(tmp.in('peer'), 'rev-parse', 'main'), head);
  });

  it('takes static deltas of ostree, from nothing and from what is there', async () => {
    const first = ostree(tmp.in('source'), 'rev-parse', 'main');
    const second = commit('main', 'two', 1_700_000_100);
    ostree(tmp.in('source'), 'static-delta', 'generate', '--empty', `--to=${first}`);
    ostree(tmp.in('source'), 'static-delta', 'generate', `--from=${first}`, `--to=${second}`);
    ostree(tmp.in('source'), 'summary', '-u');
    const repo = target();
    const options = { requireStaticDeltas: true };
    await assert.rejects(fetch(repo, { ...options, url: `file://${tmp.in('source')}` }), { code: 'OSTREE_PULL_DELTA' });
    const dry = await fetch(repo, { ...options, revs: [first], dryRun: true });
    assert.ok(dry.statistics.deltas.parts > 0);
    assert.ok(!objects(repo.path).some((name) => name.endsWith('.file')));
    const scratch = await fetch(repo, { ...options, revs: [`main@${first}`] });
    assert.equal(scratch.statistics.contentFetched, 0);
    assert.ok(scratch.statistics.deltaParts > 0);
    ostree(repo.path, 'fsck');
    const next = await fetch(repo);
    assert.equal(next.statistics.contentFetched, 0);
    ostree(repo.path, 'fsck');
    assert.equal(ostree(repo.path, 'rev-parse', 'origin:main'), second);
    const without = await fetch(target('bare-user', 'without'), { disableStaticDeltas: true });
    assert.equal(without.statistics.deltaParts, 0);
    await assert.rejects(fetch(target('archive', 'archive'), options), { code: 'OSTREE_PULL_DELTA' });
  });

  it('holds commits to their refs and their times', async () => {
    const repo = target();
    await fetch(repo);
    const head = ostree(tmp.in('source'), 'rev-parse', 'main');
    writeFileSync(tmp.in('source/refs/heads/renamed'), `${head}\n`);
    await assert.rejects(fetch(repo, { revs: ['renamed'] }), { code: 'OSTREE_PULL_BINDING' });
    await fetch(repo, { revs: ['renamed'], disableVerifyBindings: true });
    commit('main', 'old', 1_600_000_000);
    await assert.rejects(fetch(repo, { timestampCheck: true }), { code: 'OSTREE_PULL_TIMESTAMP' });
    await assert.rejects(fetch(repo, { timestampCheckFrom: 'origin:main' }), { code: 'OSTREE_PULL_TIMESTAMP' });
    assert.equal(ostree(repo.path, 'rev-parse', 'origin:main'), head);
    await fetch(repo);
    ostree(repo.path, 'fsck');
  });

  it('asks caches on this machine first, and the place of the content for files', async () => {
    const cache = target('bare-user', 'cache');
    await fetch(cache);
    commit('main', 'two', 1_700_000_100);
    const repo = target();
    const { statistics } = await fetch(repo, { localCaches: [cache.path] });
    assert.equal(statistics.contentFetched, 1);
    assert.equal(statistics.contentImported, 22);
    ostree(repo.path, 'fsck');

    const files = await serveDirectory(() => tmp.in('source'));
    const apart = initRepository(tmp.in('apart'), 'bare-user');
    const options = new Map([
      ['gpg-verify', 'false'],
      ['contenturl', files.url],
      ['branches', 'main;'],
    ]);
    addRemote(apart, 'origin', { url: server.url, options });
    server.requests.length = 0;
    await fetch(apart, { revs: [], headers: { 'x-test': 'value' }, appendUserAgent: 'more/1' });
    await files.close();
    assert.ok(!server.requests.some(({ url }) => url.endsWith('.filez')));
    assert.equal(files.requests.filter(({ url }) => url.endsWith('.filez')).length, 23);
    const { headers } = files.requests[0]!;
    assert.deepEqual([headers['x-test'], headers['user-agent']], ['value', 'libostree/2022.7 more/1']);
  });

  it('finds servers by mirrorlist and metalink', async () => {
    ostree(tmp.in('source'), 'summary', '-u');
    const summary = readFileSync(tmp.in('source/summary'));
    const list = tmp.in('source/list');
    writeFileSync(list, `# mirrors\n\nftp://127.0.0.1/\n${server.url}/nowhere\n${server.url}\n`);
    const repo = initRepository(tmp.in('target'), 'bare-user');
    const options = new Map([['gpg-verify', 'false']]);
    addRemote(repo, 'listed', { url: `mirrorlist=${server.url}/list`, options });
    await fetch(repo, { remote: 'listed' });
    const metalink = (digest: string) =>
      `<?xml version="1.0"?><!-- a comment --><metalink version="3.0"><files><file name="summary"><size>${summary.length}</size>` +
      `<verification><hash type="md5">0</hash><hash type="sha256">${digest}</hash></verification><resources maxconnections="1">` +
      `<url protocol="http" type="http" preference="100">${server.url}/gone/summary</url>` +
      `<url protocol="http" type="http" preference="99">${server.url}/summary</url></resources></file></files></metalink>`;
    addRemote(repo, 'linked', { url: `metalink=${server.url}/metalink`, options });
    writeFileSync(tmp.in('source/metalink'), metalink(hash('sha256', summary)));
    await fetch(repo, { remote: 'linked' });
    assert.deepEqual(ostree(repo.path, 'refs').split('\n').sort(), ['linked:main', 'listed:main']);
    for (const broken of [metalink('0'.repeat(64)), metalink('x'), '<metalink>', '<!DOCTYPE a><metalink/>']) {
      writeFileSync(tmp.in('source/metalink'), broken);
      await assert.rejects(fetch(repo, { remote: 'linked' }), { code: 'OSTREE_SUMMARY_INVALID' });
    }
  });

  it('brings files that are too large for memory in parts', async () => {
    const big = Buffer.alloc(20 * 1024 * 1024);
    for (let at = 0; at < big.length; at += 4) big.writeUInt32LE(Math.imul(at, 2_654_435_761) >>> 0, at);
    writeFileSync(tmp.in('tree/usr/big'), big);
    ostree(tmp.in('source'), 'config', 'set', 'archive.zlib-level', '1');
    commit('main', 'big', 1_700_000_100);
    for (const mode of ['bare-user', 'archive'] as const) {
      const repo = target(mode, mode);
      await fetch(repo);
      ostree(repo.path, 'fsck');
      assert.ok(!readdirSync(join(repo.path, 'tmp')).some((name) => name.startsWith('pull-')));
    }
  });

  it('is what the store does with a URL', async () => {
    const store = await newStore(tmp.in('store'), 'bare-user');
    try {
      const head = ostree(tmp.in('source'), 'rev-parse', 'main');
      assert.deepEqual([...(await store.pull(server.url, ['main'], run.ctx))], [['main', head]]);
      assert.equal(await store.resolve('main'), head);
    } finally {
      store.close();
    }
    ostree(tmp.in('store'), 'fsck');
  });
});
