import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PullOptions, pull } from '../../../../plugins/store-ostree/src/pull/index.ts';
import { addRemote } from '../../../../plugins/store-ostree/src/remote/index.ts';
import { initRepository } from '../../../../plugins/store-ostree/src/repo/init.ts';
import type { RepoMode } from '../../../../plugins/store-ostree/src/repo/object-path.ts';
import type { Repository } from '../../../../plugins/store-ostree/src/repo/repository.ts';
import type { TestRun } from '../../fetch-http/support/context.ts';
import type { TestServer } from '../../fetch-http/support/server.ts';
import { hasOstree, isRoot, ostree, temporary } from '../support.ts';
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
    assert.equal(again.statistics.contentFetched + again.statistics.metadataFetched, 0);
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
});
