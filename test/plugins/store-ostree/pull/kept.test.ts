import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Verifier } from '@ostrata/core';
import { encodeMetadata } from '../../../../plugins/store-ostree/src/codec/commit.ts';
import { variant } from '../../../../plugins/store-ostree/src/codec/gvariant/index.ts';
import { type PullOptions, pull } from '../../../../plugins/store-ostree/src/pull/index.ts';
import { addRemote } from '../../../../plugins/store-ostree/src/remote/index.ts';
import { setConfigKey } from '../../../../plugins/store-ostree/src/repo/config-edit.ts';
import { initRepository } from '../../../../plugins/store-ostree/src/repo/init.ts';
import { Repository } from '../../../../plugins/store-ostree/src/repo/repository.ts';
import type { TestRun } from '../../fetch-http/support/context.ts';
import type { TestServer } from '../../fetch-http/support/server.ts';
import { hasOstree, ostree, temporary } from '../support.ts';
import { ostreeAside, pullRun, serveDirectory } from './support.ts';

describe('What a pull need not fetch (needs ostree)', function () {
  this.timeout(30_000);
  const tmp = temporary();
  let server: TestServer;
  let run: TestRun;
  before(function () {
    if (!hasOstree) this.skip();
  });
  beforeEach(async () => {
    mkdirSync(tmp.in('tree/usr'), { recursive: true });
    for (let n = 0; n < 4; n++) writeFileSync(tmp.in(`tree/usr/file-${n}`), `content ${n}\n`);
    ostree(tmp.in('source'), 'init', '--mode=archive');
    commit('one');
    server = await serveDirectory(() => tmp.in('source'));
    run = pullRun();
  });
  afterEach(async () => {
    await server.close();
    await run.close();
  });

  const commit = (subject: string): string => {
    writeFileSync(tmp.in('tree/usr/version'), subject);
    return ostree(tmp.in('source'), 'commit', '-b', 'main', '-s', subject, '--canonical-permissions', tmp.in('tree'));
  };
  const target = (name = 'target', options: Record<string, string> = {}): Repository => {
    const repo = initRepository(tmp.in(name), 'bare-user');
    addRemote(repo, 'origin', {
      url: server.url,
      options: new Map(Object.entries({ 'gpg-verify': 'false', ...options })),
    });
    return repo;
  };
  const fetch = (repo: Repository, options: Partial<PullOptions> = {}) =>
    pull(repo, { remote: 'origin', revs: ['main'], networkRetries: 0, ...options }, run.ctx);
  const asked = (): string[] => server.requests.splice(0).map(({ url }) => url);
  const setConfig = (repo: string, group: string, key: string, value: string): void => {
    const path = join(repo, 'config');
    writeFileSync(path, setConfigKey(readFileSync(path, 'utf8'), group, key, value));
  };

  describe('the summary', () => {
    /** A summary with a signature that says nothing but a number. */
    const sign = (number: number): void => {
      ostree(tmp.in('source'), 'summary', '-u');
      const signatures = variant('aay', [Buffer.from(`signature ${number}`)]);
      writeFileSync(tmp.in('source/summary.sig'), encodeMetadata(new Map([['ostree.sign.test', signatures]])));
    };

    it('is kept with its signature as libostree keeps it, and each takes what the other has kept', async () => {
      sign(1);
      const repo = target();
      await fetch(repo);
      const kept = ['origin', 'origin.sig'].map((name) => join(repo.path, 'tmp/cache/summaries', name));
      assert.deepEqual(
        kept.map((path) => readFileSync(path)),
        ['summary', 'summary.sig'].map((name) => readFileSync(tmp.in('source', name))),
      );
      const inodes = kept.map((path) => statSync(path).ino);
      asked();
      await fetch(repo);
      assert.ok(!asked().includes('/summary'));
      await ostreeAside(repo.path, 'pull', 'origin', 'main');
      const fromOstree = server.requests.find(({ url }) => url === '/summary.sig')!;
      assert.ok(fromOstree.headers['if-none-match'] !== undefined);
      assert.ok(!asked().includes('/summary'));
      assert.deepEqual(
        kept.map((path) => statSync(path).ino),
        inodes,
      );

      rmSync(join(repo.path, 'tmp/cache'), { recursive: true });
      await ostreeAside(repo.path, 'pull', 'origin', 'main');
      const theirs = kept.map((path) => statSync(path).ino);
      asked();
      await fetch(repo);
      assert.ok(!asked().includes('/summary'));
      assert.deepEqual(
        kept.map((path) => statSync(path).ino),
        theirs,
      );
    });

    it('is fetched when it is a new one, and kept elsewhere or nowhere when that is asked for', async () => {
      sign(1);
      const repo = target();
      await fetch(repo, { cacheDirectory: tmp.in('cache') });
      assert.deepEqual(readdirSync(tmp.in('cache/summaries')).sort(), ['origin', 'origin.sig']);
      assert.ok(!existsSync(join(repo.path, 'tmp/cache/summaries')));
      const head = commit('two');
      sign(2);
      await fetch(repo, { cacheDirectory: tmp.in('cache') });
      assert.equal(ostree(repo.path, 'rev-parse', 'origin:main'), head);
      assert.deepEqual(readFileSync(tmp.in('cache/summaries/origin')), readFileSync(tmp.in('source/summary')));
      await fetch(repo, { cacheDirectory: null });
      assert.ok(!existsSync(join(repo.path, 'tmp/cache/summaries')));
    });

    it('is fetched anew when what was kept does not verify', async () => {
      sign(1);
      const good = readFileSync(tmp.in('source/summary'));
      const verifier: Verifier = {
        metadataKey: 'ostree.sign.test',
        trusted: async () => [{ keys: [] }] as never,
        describe: () => ['a bad signature'],
        verify: async (bytes: Uint8Array) => [
          { key: 'key', verdict: Buffer.compare(bytes, good) === 0 ? 'good' : 'bad', signer: null },
        ],
      } as never;
      await run.close();
      run = pullRun({ test: verifier });
      const repo = target('target', { 'sign-verify-summary': 'test', 'verification-test-key': 'key' });
      await fetch(repo);
      const path = join(repo.path, 'tmp/cache/summaries/origin');
      const bad = Buffer.from(good);
      bad[0] = bad[0]! ^ 1;
      writeFileSync(path, bad);
      await assert.rejects(fetch(repo, { refuseBadCache: true }), /cached summary invalid/);
      asked();
      await fetch(repo);
      assert.ok(asked().includes('/summary'));
      assert.deepEqual(readFileSync(path), good);
      writeFileSync(path, 'nothing that was ever a summary');
      await fetch(repo);
      assert.deepEqual(readFileSync(path), good);
    });
  });

  it('is what a parent of the repository has', async () => {
    const parent = target('parent');
    await fetch(parent);
    commit('two');
    const child = target();
    setConfig(child.path, 'core', 'parent', parent.path);
    const opened = Repository.open(child.path);
    const { statistics } = await fetch(opened);
    assert.equal(statistics.contentFetched, 1);
    assert.equal(ostree(child.path, 'show', '--print-metadata-key=ostree.ref-binding', 'origin:main'), "['main']");
    ostree(child.path, 'fsck');
    const copy = initRepository(tmp.in('copy'), 'archive');
    await pull(
      copy,
      { url: child.path, revs: ['origin:main'].map(() => ostree(child.path, 'rev-parse', 'origin:main')) },
      run.ctx,
    );
    ostree(copy.path, 'fsck');
  });

  it('is what was deleted on purpose, where deleting leaves a note', async () => {
    const first = ostree(tmp.in('source'), 'rev-parse', 'main');
    commit('two');
    commit('three');
    ostree(tmp.in('source'), 'config', 'set', 'core.tombstone-commits', 'true');
    ostree(tmp.in('source'), 'prune', `--delete-commit=${first}`);
    const repo = target();
    await fetch(repo, { depth: -1 });
    assert.equal(ostree(repo.path, 'log', 'origin:main').match(/^commit /gm)?.length, 2);
    ostree(repo.path, 'fsck');
    const note = readdirSync(tmp.in('source/objects'), { recursive: true, encoding: 'utf8' }).find((path) =>
      path.endsWith('.tombstone-commit'),
    );
    rmSync(tmp.in('source/objects', note!));
    await assert.rejects(fetch(target('other'), { depth: -1 }), { code: 'OSTREE_PULL_MISSING' });
    await fetch(target('third'), { depth: 1 });
    setConfig(tmp.in('source'), 'core', 'tombstone-commits', 'false');
    await fetch(target('fourth'), { depth: -1 });
  });

  it('from the place of refs and signatures is all but those, with a place for the content', async () => {
    const head = ostree(tmp.in('source'), 'rev-parse', 'main');
    const content = await serveDirectory(() => tmp.in('content'));
    ostree(tmp.in('source'), 'summary', '-u');
    const meta = `objects/${head.slice(0, 2)}/${head.slice(2)}.commitmeta`;
    cpSync(tmp.in('source'), tmp.in('content'), { recursive: true });
    rmSync(tmp.in('content/summary'));
    rmSync(tmp.in('source/objects'), { recursive: true });
    mkdirSync(join(tmp.in('source', meta), '..'), { recursive: true });
    writeFileSync(tmp.in('source', meta), encodeMetadata(new Map([['a.key', variant('s', 'value')]])));
    const repo = target('target', { contenturl: content.url });
    try {
      await fetch(repo);
    } finally {
      await content.close();
    }
    assert.equal(ostree(repo.path, 'show', '--print-detached-metadata-key=a.key', 'origin:main'), "'value'");
    ostree(repo.path, 'fsck');
    assert.deepEqual(
      asked().filter((url) => url.startsWith('/objects/')),
      [`/${meta}`],
    );
  });
});
