import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PullOptions, pull } from '../../../../plugins/store-ostree/src/pull/index.ts';
import { initRepository } from '../../../../plugins/store-ostree/src/repo/init.ts';
import type { RepoMode } from '../../../../plugins/store-ostree/src/repo/object-path.ts';
import { hasOstree, ostree, temporary, testContext } from '../support.ts';

describe('Pull from a repository on this machine (needs ostree)', function () {
  this.timeout(20_000);
  const tmp = temporary();
  let head: string;
  before(function () {
    if (!hasOstree) this.skip();
  });
  beforeEach(() => {
    mkdirSync(tmp.in('tree'));
    writeFileSync(tmp.in('tree/file'), 'content');
    ostree(tmp.in('source'), 'init', '--mode=bare-user');
    head = ostree(tmp.in('source'), 'commit', '-b', 'main', '--canonical-permissions', tmp.in('tree'));
  });
  const fetch = (mode: RepoMode, options: PullOptions = {}) =>
    pull(initRepository(tmp.in(mode), mode), { url: tmp.in('source'), revs: ['main'], ...options }, testContext());
  const inode = (repo: string): number => {
    const objects = readdirSync(join(repo, 'objects'), { recursive: true, encoding: 'utf8' });
    return statSync(join(repo, 'objects', objects.find((name) => /\.filez?$/.test(name))!)).ino;
  };

  it('links what both keep alike, after a look at it where it is not to be trusted', async () => {
    const { statistics, local } = await fetch('bare-user');
    assert.ok(local);
    assert.deepEqual([statistics.metadataImported, statistics.contentImported], [3, 1]);
    assert.equal(inode(tmp.in('bare-user')), inode(tmp.in('source')));
    assert.equal(ostree(tmp.in('bare-user'), 'rev-parse', 'main'), head);
    ostree(tmp.in('bare-user'), 'fsck');
    ostree(tmp.in('bare-user'), 'refs', '--delete', 'main');
    ostree(tmp.in('bare-user'), 'prune', '--refs-only');
    await fetch('bare-user', { untrusted: true, url: `file://${tmp.in('source')}` });
    ostree(tmp.in('bare-user'), 'fsck');
    ostree(tmp.in('bare-user'), 'refs', '--delete', 'main');
    ostree(tmp.in('bare-user'), 'prune', '--refs-only');
    const objects = readdirSync(tmp.in('source/objects'), { recursive: true, encoding: 'utf8' });
    writeFileSync(tmp.in('source/objects', objects.find((name) => name.endsWith('.file'))!), 'CONTENT');
    await assert.rejects(fetch('bare-user', { untrusted: true }), /corrupt/i);
    await fetch('bare-user');
  });

  for (const mode of ['archive', 'bare-user-only'] as const) {
    it(`converts to ${mode}`, async () => {
      await fetch(mode);
      ostree(tmp.in(mode), 'fsck');
      assert.equal(ostree(tmp.in(mode), 'rev-parse', 'main'), head);
    });
  }

  it('says what is missing', async () => {
    await assert.rejects(fetch('archive', { revs: ['nothing'] }), { code: 'OSTREE_PULL_REF' });
    await assert.rejects(fetch('archive', { revs: ['ab'.repeat(32)] }), { code: 'OSTREE_PULL_MISSING' });
    await assert.rejects(fetch('archive', { url: tmp.in('none') }), { code: 'OSTREE_REPO_MISSING' });
    await assert.rejects(fetch('archive', { revs: [] }), { code: 'OSTREE_PULL_REF' });
    await assert.rejects(fetch('archive', { revs: [], mirror: true }), { code: 'OSTREE_SUMMARY_MISSING' });
  });
});
