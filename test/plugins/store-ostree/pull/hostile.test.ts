import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { isHostError } from '@ostrata/core';
import { checksumBytes, sha256 } from '../../../../plugins/store-ostree/src/codec/checksum.ts';
import { encodeCommit } from '../../../../plugins/store-ostree/src/codec/commit.ts';
import { encodeDirMeta } from '../../../../plugins/store-ostree/src/codec/dir-meta.ts';
import { encodeArchiveHeader, fileChecksum } from '../../../../plugins/store-ostree/src/codec/file-header.ts';
import { encode } from '../../../../plugins/store-ostree/src/codec/gvariant/index.ts';
import { checkRepository } from '../../../../plugins/store-ostree/src/fsck/check.ts';
import { type PullOptions, pull } from '../../../../plugins/store-ostree/src/pull/index.ts';
import { initRepository } from '../../../../plugins/store-ostree/src/repo/init.ts';
import { listRefs } from '../../../../plugins/store-ostree/src/repo/refs.ts';
import type { Repository } from '../../../../plugins/store-ostree/src/repo/repository.ts';
import type { TestRun } from '../../fetch-http/support/context.ts';
import { type Answer, serve, type TestServer } from '../../fetch-http/support/server.ts';
import { temporary } from '../support.ts';
import { pullRun } from './support.ts';

const META = { uid: 0, gid: 0, mode: 0o100644, target: '', xattrs: [] };
const CONTENT = Buffer.from('some content\n');

/** A server that serves what a test makes up. */
describe('Pull from hostile servers', function () {
  this.timeout(20_000);
  const tmp = temporary();
  let run: TestRun;
  let server: TestServer;
  let repo: Repository;
  const files = new Map<string, Buffer | Answer>();

  beforeEach(async () => {
    files.clear();
    files.set('/config', Buffer.from('[core]\nrepo_version=1\nmode=archive-z2\n'));
    server = await serve((request, response, count) => {
      const found = files.get(request.url ?? '');
      if (typeof found === 'function') return found(request, response, count);
      if (!found) return void response.writeHead(404).end();
      response.writeHead(200, { 'content-length': found.length }).end(found);
    });
    run = pullRun();
    repo = initRepository(tmp.in('repo'), 'bare-user');
  });
  afterEach(async () => {
    await server.close();
    await run.close();
  });

  const path = (id: string, type: string) => `/objects/${id.slice(0, 2)}/${id.slice(2)}.${type}`;
  const add = (type: string, bytes: Buffer): string => {
    files.set(path(sha256(bytes), type), bytes);
    return sha256(bytes);
  };
  const dirmeta = () => add('dirmeta', encodeDirMeta({ uid: 0, gid: 0, mode: 0o40755, xattrs: [] }));
  const dirtree = (names: readonly (readonly [string, string])[], dirs: readonly (readonly [string, string])[] = []) =>
    add(
      'dirtree',
      encode('(a(say)a(sayay))', [
        names.map(([name, id]) => [name, checksumBytes(id)]),
        dirs.map(([name, id]) => [name, checksumBytes(id), checksumBytes(dirmeta())]),
      ]),
    );
  const commit = (tree: string): string => {
    const object = { metadata: new Map(), parent: undefined, related: [], subject: '', body: '', timestamp: 1n };
    const id = add('commit', encodeCommit({ ...object, tree, meta: dirmeta() }));
    files.set('/refs/heads/main', Buffer.from(`${id}\n`));
    return id;
  };
  const filez = (bytes: Buffer, size = CONTENT.length) => Buffer.concat([encodeArchiveHeader(META, size), bytes]);
  const file = (bytes: Buffer | Answer): string => {
    const id = fileChecksum(META, CONTENT);
    files.set(path(id, 'filez'), bytes);
    return id;
  };

  const fetch = (options: Partial<PullOptions> = {}) =>
    pull(repo, { url: server.url, revs: ['main'], networkRetries: 0, ...options }, run.ctx);

  /** The pull fails with the code, and the repository has no ref, no lie and no litter. */
  async function refuses(code: string, options: Partial<PullOptions> = {}): Promise<void> {
    await assert.rejects(fetch(options), (error: unknown) => {
      assert.ok(isHostError(error), String(error));
      assert.equal(error.code, code, error.message);
      assert.ok(error.hint);
      return true;
    });
    assert.equal(listRefs(repo).size, 0);
    assert.deepEqual((await checkRepository(repo, { workers: 0, advance() {} })).problems, []);
    assert.deepEqual(
      readdirSync(join(repo.path, 'tmp')).filter((name) => name !== 'cache'),
      [],
    );
  }

  it('takes what is right', async () => {
    commit(dirtree([['file', file(filez(deflateRawSync(CONTENT)))]]));
    await fetch();
    assert.deepEqual([...listRefs(repo).keys()], ['main']);
  });

  const badFiles: Readonly<Record<string, () => Buffer>> = {
    'other content': () => filez(deflateRawSync(Buffer.from('other content'))),
    'more content than it says': () => filez(deflateRawSync(Buffer.alloc(50_000_000))),
    'less content than it says': () => filez(deflateRawSync(Buffer.from('less'))),
    'bytes after its content': () => filez(Buffer.concat([deflateRawSync(CONTENT), Buffer.alloc(9)])),
    'no content': () => filez(Buffer.alloc(0)),
    'broken compression': () => filez(Buffer.from('this is not deflated')),
    'half a header': () => filez(Buffer.alloc(0)).subarray(0, 12),
    'nothing at all': () => Buffer.alloc(0),
    'a page of HTML': () => Buffer.from('<!DOCTYPE html><html></html>'.repeat(20)),
    'a header of four gigabytes': () => Buffer.from('ffffffff00000000', 'hex'),
    'another owner': () => Buffer.concat([encodeArchiveHeader({ ...META, uid: 1 }, 13), deflateRawSync(CONTENT)]),
    'a device': () => Buffer.concat([encodeArchiveHeader(META, 13).fill(0x20, 26, 27), deflateRawSync(CONTENT)]),
  };
  for (const [what, bytes] of Object.entries(badFiles)) {
    for (const mode of ['bare-user', 'archive'] as const) {
      it(`refuses a file with ${what} (${mode})`, async () => {
        repo = initRepository(tmp.in(mode), mode);
        commit(dirtree([['file', file(bytes())]]));
        await refuses('OSTREE_PULL_CORRUPT');
      });
    }
  }

  it('refuses a file that says it is larger than the disk', async () => {
    commit(dirtree([['file', file(filez(deflateRawSync(CONTENT), 2 ** 50))]]));
    await refuses('OSTREE_NO_SPACE');
  });

  for (const name of ['..', '.', 'a/b', '', '/etc', 'nul\0byte']) {
    it(`refuses a directory with the name ${JSON.stringify(name)}`, async () => {
      const id = file(filez(deflateRawSync(CONTENT)));
      const tree = encode('(a(say)a(sayay))', [[[name.replaceAll('\0', ''), checksumBytes(id)]], []]);
      if (name.includes('\0')) tree.writeUInt8(0, 3);
      commit(add('dirtree', tree));
      await refuses('OSTREE_PULL_CORRUPT');
    });
  }

  it('refuses metadata that are not what their checksum says, or nothing that OSTree knows', async () => {
    const tree = dirtree([]);
    commit(tree);
    files.set(path(tree, 'dirtree'), Buffer.from('other'));
    await refuses('OSTREE_PULL_CORRUPT');
    commit(add('dirtree', Buffer.from('these are no bytes of a directory')));
    await refuses('OSTREE_PULL_CORRUPT');
    files.delete(path(tree, 'dirtree'));
    commit(tree);
    await refuses('OSTREE_PULL_MISSING');
    const id = add('commit', Buffer.from('this is no commit'));
    files.set('/refs/heads/main', Buffer.from(id));
    await refuses('OSTREE_PULL_CORRUPT');
    files.set('/refs/heads/main', Buffer.from('<html>'));
    await refuses('OSTREE_PULL_CORRUPT');
  });

  it('refuses a file that is missing, and one that never ends', async () => {
    commit(dirtree([['file', 'ab'.repeat(32)]]));
    await refuses('OSTREE_PULL_MISSING');
    files.set('/refs/heads/main', (_request, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write(Buffer.alloc(1024)), 1);
      response.on('close', () => clearInterval(timer));
    });
    await refuses('TRANSPORT_FAILED');
  });

  it('brings metadata that are too large for memory through a file, and refuses what only is large', async () => {
    const id = file(filez(deflateRawSync(CONTENT)));
    const names = Array.from({ length: 60_000 }, (_, n) => `${'name '.repeat(8)}${String(n).padStart(6, '0')}`);
    const tree = dirtree(names.map((name) => [name, id]));
    commit(tree);
    const [path, right] = [...files].find(([name]) => name.includes(tree.slice(2)))!;
    assert.ok((right as Buffer).length > 4 * 1024 * 1024);
    files.set(path, Buffer.concat([right as Buffer, Buffer.from('x')]));
    await refuses('OSTREE_PULL_CORRUPT');
    files.set(path, Buffer.alloc(12 * 1024 * 1024));
    await refuses('OSTREE_PULL_CORRUPT');
    files.set(path, right);
    const { statistics } = await fetch();
    assert.equal(statistics.contentFetched, 1);
  });

  it('refuses directories in each other without end, and shared ones without hurry', async () => {
    let tree = dirtree([]);
    for (let depth = 0; depth < 300; depth++) tree = dirtree([], [['deeper', tree]]);
    commit(tree);
    await refuses('OSTREE_PULL_CORRUPT');
    tree = dirtree([['file', file(filez(deflateRawSync(CONTENT)))]]);
    // As a tree this would be 2^60 directories.
    for (let depth = 0; depth < 60; depth++)
      tree = dirtree(
        [],
        [
          ['a', tree],
          ['b', tree],
        ],
      );
    commit(tree);
    const { statistics } = await fetch();
    // The commit, the directories one inside of the other, and the innermost; dirmeta is there from before.
    // The question for detached metadata counts.
    assert.equal(statistics.metadataFetched, 63);
  });

  it('refuses a server of another mode, of none, and names that are no refs', async () => {
    files.set('/config', Buffer.from('[core]\nmode=bare\n'));
    await refuses('OSTREE_REMOTE_UNUSABLE');
    files.set('/config', Buffer.from('<html>'));
    await refuses('OSTREE_REMOTE_UNUSABLE');
    files.delete('/config');
    await refuses('OSTREE_REMOTE_UNUSABLE');
    files.set('/summary', Buffer.from('<html></html>'));
    await refuses('OSTREE_SUMMARY_INVALID');
    const mode = ['ostree.summary.mode', { type: 's', value: 'archive-z2' }] as const;
    const evil = (name: string) => encode('(a(s(taya{sv}))a{sv})', [[[name, [1n, Buffer.alloc(32), []]]], [mode]]);
    for (const name of ['../../config', 'a//b', '.hidden', 'remote:ref']) {
      files.set('/summary', evil(name));
      await refuses('OSTREE_REF_INVALID', { revs: [], mirror: true });
    }
    await refuses('OSTREE_REMOTE_INVALID', { url: 'gopher://127.0.0.1/' });
  });

  it('refuses files for users that are writable by all, where that is asked for', async () => {
    const meta = { ...META, mode: 0o100666 };
    const id = fileChecksum(meta, CONTENT);
    files.set(path(id, 'filez'), Buffer.concat([encodeArchiveHeader(meta, CONTENT.length), deflateRawSync(CONTENT)]));
    commit(dirtree([['file', id]]));
    await refuses('OSTREE_PULL_CORRUPT', { bareUserOnlyFiles: true });
    await fetch();
  });

  it('ends at once when it is aborted', async () => {
    commit(dirtree([['file', file(() => run.abort.abort(new Error('enough')))]]));
    await assert.rejects(fetch(), { message: 'enough' });
    mkdirSync(tmp.in('after'));
    writeFileSync(tmp.in('after/file'), '');
    assert.equal(listRefs(repo).size, 0);
  });
});
