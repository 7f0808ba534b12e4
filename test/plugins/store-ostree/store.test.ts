import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { CommitMeta, EntryMeta, ObjectStore } from '@ostrata/core';
import { FileLock } from '../../../plugins/store-ostree/src/repo/lock.ts';
import { openTreeWriter } from '../../../plugins/store-ostree/src/writer.ts';
import { commitMeta, hasOstree, newStore, ostree, stores, temporary, testContext } from './support.ts';

const directory: EntryMeta = { mode: 0o40755, uid: 0, gid: 0, xattrs: [] };
const file: EntryMeta = { mode: 0o100644, uid: 0, gid: 0, xattrs: [] };

describe('OSTree store', () => {
  let store: ObjectStore;
  afterEach(() => store?.close());
  const tmp = temporary();
  beforeEach(async () => {
    store = await newStore(tmp.in('repo'), 'archive');
  });

  const commit = async (meta: Partial<CommitMeta> = {}): Promise<string> => {
    const tree = await store.openTree(null);
    tree.writeFile('file', meta.subject ?? 'content');
    return store.commit(tree, commitMeta(meta));
  };
  const config = (text: string) =>
    writeFileSync(tmp.in('repo/config'), `[core]\nrepo_version=1\nmode=archive-z2\n${text}`);

  describe('opening', () => {
    it('refuses what is no repository', async () => {
      await assert.rejects(stores().open(tmp.in('none')), { code: 'OSTREE_REPO_MISSING' });
      mkdirSync(tmp.in('dir/objects'), { recursive: true });
      await assert.rejects(stores().open(tmp.in('dir')), { code: 'OSTREE_REPO_MISSING' });
      writeFileSync(tmp.in('dir/config'), '[core]\nrepo_version=2\n');
      await assert.rejects(stores().open(tmp.in('dir')), { code: 'OSTREE_REPO_INVALID' });
      writeFileSync(tmp.in('dir/config'), 'nonsense\n');
      await assert.rejects(stores().open(tmp.in('dir')), /line 1/);
      writeFileSync(tmp.in('dir/config'), '[core]\nrepo_version=1\nmode=strange\n');
      await assert.rejects(stores().open(tmp.in('dir')), { code: 'OSTREE_REPO_MODE' });
      for (const bad of ['min-free-space-size=10', 'min-free-space-percent=100', 'fsync=maybe']) {
        config(`${bad}\n`);
        await assert.rejects(stores().open(tmp.in('repo')), { code: 'OSTREE_REPO_INVALID' }, bad);
      }
    });

    it('makes one where none is, and opens one that is', async () => {
      const made = await stores().ensure(tmp.in('deep/new'), 'bare-user-only');
      assert.equal(made.mode, 'bare-user-only');
      assert.equal((await stores().ensure(tmp.in('deep/new'), 'archive')).mode, 'bare-user-only');
      await assert.rejects(stores().ensure(tmp.in('x'), 'strange'), { code: 'OSTREE_REPO_MODE' });
      await assert.rejects(stores().ensure(tmp.in('x'), 'bare-split-xattrs'), { code: 'OSTREE_REPO_MODE' });
    });
  });

  describe('refs and revisions', () => {
    it('sets, lists, resolves and removes refs', async () => {
      const first = await commit({ subject: 'one' });
      const second = await commit({ subject: 'two', parent: first });
      await store.setRef('os/x86_64/stable', second);
      await store.setRef('os/x86_64/old', first);
      assert.deepEqual(
        [...(await store.refs())],
        [
          ['os/x86_64/old', first],
          ['os/x86_64/stable', second],
        ],
      );
      assert.deepEqual([...(await store.refs('os/x86_64/stable')).keys()], ['os/x86_64/stable']);
      for (const [rev, id] of [
        ['os/x86_64/stable', second],
        ['os/x86_64/stable^', first],
        ['os/x86_64/stable^^', null],
        [`${second}^`, first],
        [second.slice(0, 10), second],
        ['none', null],
        ['f'.repeat(64), null],
        ['ffff^', null],
        ['bad ref', null],
      ] as const) {
        assert.equal(await store.resolve(rev), id, rev);
      }
      assert.equal(readFileSync(tmp.in('repo/refs/heads/os/x86_64/stable'), 'utf8'), `${second}\n`);
      await store.setRef('os/x86_64/stable', null);
      await store.setRef('os/x86_64/old', null);
      assert.deepEqual(readdirSync(tmp.in('repo/refs/heads')), []);
    });

    it('refuses bad names, conflicts, unknown commits and damaged files', async () => {
      const id = await commit();
      for (const ref of ['', '../x', 'a/../b', '/a', 'a//b', '-a', '.a', 'a b', 'a\n']) {
        await assert.rejects(store.setRef(ref, id), { code: 'OSTREE_REF_INVALID' }, JSON.stringify(ref));
      }
      await store.setRef('a/b', id);
      await assert.rejects(store.setRef('a/b/c', id), { code: 'OSTREE_REF_CONFLICT' });
      await assert.rejects(store.setRef('a', id), { code: 'OSTREE_REF_CONFLICT' });
      await assert.rejects(store.setRef('x', 'f'.repeat(64)), { code: 'OSTREE_OBJECT_MISSING' });
      await assert.rejects(store.setRef('x', 'main'), { code: 'OSTREE_REV_UNKNOWN' });
      writeFileSync(tmp.in('repo/refs/heads/broken'), 'nothing\n');
      await assert.rejects(store.resolve('broken'), { code: 'OSTREE_REF_INVALID' });
      assert.deepEqual(readdirSync(tmp.in('repo/refs/heads')), ['a', 'broken']);
    });

    it('reads refs of remotes', async () => {
      const id = await commit();
      mkdirSync(tmp.in('repo/refs/remotes/origin/os'), { recursive: true });
      writeFileSync(tmp.in('repo/refs/remotes/origin/os/main'), `${id}\n`);
      assert.equal(await store.resolve('origin:os/main'), id);
      assert.equal(await store.resolve('origin/os/main'), id);
      assert.deepEqual([...(await store.refs()).keys()], ['origin:os/main']);
    });

    it('says when a short checksum is ambiguous', async () => {
      const commits: string[] = [];
      for (let index = 0; index < 17; index++) commits.push(await commit({ subject: String(index) }));
      const count = new Map<string, number>();
      for (const id of commits) count.set(id[0]!, (count.get(id[0]!) ?? 0) + 1);
      const [prefix] = [...count].find(([, number]) => number > 1)!;
      await assert.rejects(store.resolve(prefix), { code: 'OSTREE_REV_AMBIGUOUS' });
    });
  });

  describe('metadata', () => {
    const metadata = {
      text: { type: 's', value: 'x' },
      flag: { type: 'b', value: true },
      small: { type: 'u', value: 7 },
      large: { type: 't', value: '18446744073709551615' },
      list: { type: 'as', value: ['a', 'b'] },
      bytes: { type: 'ay', value: 'AP8=' },
      chunks: { type: 'aay', value: ['AA==', ''] },
      nested: { type: 'a{sv}', value: [['k', { type: 'v', value: { type: 'i', value: -1 } }]] },
      maybe: { type: 'ms', value: null },
    } as const;

    it('keeps all types and their order', async () => {
      const id = await commit({ metadata });
      const stored = await store.readCommit(id);
      assert.deepEqual(stored.metadata, metadata);
      assert.deepEqual(Object.keys(stored.metadata), Object.keys(metadata));
    });

    it('is what ostree reads (needs ostree)', async function () {
      if (!hasOstree) this.skip();
      const id = await commit({ metadata });
      const shown = (key: string) => ostree(tmp.in('repo'), 'show', `--print-metadata-key=${key}`, id);
      assert.equal(shown('text'), "'x'");
      assert.equal(shown('large'), 'uint64 18446744073709551615');
      assert.equal(shown('list'), "['a', 'b']");
      assert.equal(shown('bytes'), '[byte 0x00, 0xff]');
      assert.equal(shown('nested'), "{'k': <<-1>>}");
    });

    it('refuses values that do not fit', async () => {
      for (const bad of [
        { type: 'u', value: -1 },
        { type: 't', value: 'x' },
        { type: 'ay', value: 'no base64!' },
        { type: 'as', value: 'x' },
        { type: 'zz', value: 1 },
        { type: 'v', value: 1 },
      ]) {
        await assert.rejects(commit({ metadata: { bad } }), { code: 'OSTREE_METADATA_INVALID' }, JSON.stringify(bad));
      }
      await assert.rejects(commit({ timestamp: 1.5 }), { code: 'OSTREE_OBJECT_INVALID' });
    });

    it('notes the ref a commit is for, unless told not to', async () => {
      assert.deepEqual((await store.readCommit(await commit({ ref: 'a/b' }))).metadata, {
        'ostree.ref-binding': { type: 'as', value: ['a/b'] },
      });
      store.close();
      store = await newStore(tmp.in('repo'), 'archive', { refBinding: false });
      assert.deepEqual((await store.readCommit(await commit({ ref: 'a/b' }))).metadata, {});
    });

    it('sets detached metadata and gives the bytes of a commit', async () => {
      const id = await commit();
      assert.deepEqual(await store.detachedMetadata(id), {});
      await store.setDetachedMetadata(id, { 'ostree.sign.ed25519': { type: 'aay', value: ['AAAA'] } });
      await store.setDetachedMetadata(id, { other: { type: 's', value: 'x' } });
      assert.deepEqual(await store.detachedMetadata(id), { other: { type: 's', value: 'x' } });
      assert.equal((await store.commitBytes(id)).length, lstatSync(objectFile(id, 'commit')).size);
    });
  });

  const objectFile = (id: string, type: string) => tmp.in('repo/objects', id.slice(0, 2), `${id.slice(2)}.${type}`);

  describe('writing new trees', () => {
    it('commits what was added, with links', async () => {
      const writer = store.newTree();
      writer.directory('usr', { ...directory, mode: 0o40700 });
      const id = writer.file('usr/a', file, Buffer.from('a'));
      writer.link('usr/b', id);
      writer.symlink('usr/link', file, 'a');
      const made = writer.commit(commitMeta({ ref: 'pkg/a' }));
      assert.equal(await store.resolve('pkg/a'), made);
      const tree = await store.openTree(made);
      assert.deepEqual(tree.list('usr'), ['a', 'b', 'link']);
      assert.equal(tree.lookup('usr')?.mode, 0o40700);
      if (hasOstree) assert.equal(ostree(tmp.in('repo'), 'rev-parse', 'pkg/a'), made);
    });

    it('refuses missing parents, doubles, bad paths and unknown links', () => {
      const writer = store.newTree();
      assert.throws(() => writer.file('a/b', file, new Uint8Array()), { code: 'OSTREE_TREE_MISSING' });
      writer.file('a', file, new Uint8Array());
      assert.throws(() => writer.directory('a', directory), { code: 'OSTREE_TREE_EXISTS' });
      assert.throws(() => writer.file('a/b', file, new Uint8Array()), { code: 'OSTREE_TREE_MISSING' });
      for (const path of ['../x', '/x', 'x/', '']) assert.throws(() => writer.file(path, file, new Uint8Array()));
      assert.throws(() => writer.link('l', 'f'.repeat(64)), { code: 'OSTREE_OBJECT_MISSING' });
      assert.throws(() => writer.symlink('s', file, ''), { code: 'OSTREE_OBJECT_INVALID' });
    });

    it('works in worker threads, whose commits are flushed by the store', async () => {
      const results = await Promise.all(
        [0, 1].map(
          (number) =>
            new Promise<string>((resolve, reject) => {
              const worker = new Worker(new URL('./writer-worker.ts', import.meta.url), {
                workerData: { descriptor: store.writer, number },
              });
              worker.once('message', resolve);
              worker.once('error', reject);
            }),
        ),
      );
      assert.equal(await store.resolve('worker/0'), results[0]);
      assert.ok((await store.refs()).has('worker/1'));
      const tree = await store.openTree(null);
      for (const id of results) tree.overlay(id, { policy: 'identical' });
      assert.deepEqual(tree.list(''), ['own-0', 'own-1', 'shared']);
      assert.ok(!existsSync(tmp.in('repo/refs/heads/worker/0')));
      await store.commit(tree, commitMeta());
      assert.equal(readFileSync(tmp.in('repo/refs/heads/worker/0'), 'utf8').trim(), results[0]);
      assert.deepEqual((await store.check(testContext())).problems, []);
    });

    it('can be used without a store', () => {
      const writer = openTreeWriter(tmp.in('repo'));
      writer.file('f', file, Buffer.from('x'));
      const made = writer.commit(commitMeta({ ref: 'alone' }));
      assert.equal(readFileSync(tmp.in('repo/refs/heads/alone'), 'utf8').trim(), made);
      assert.deepEqual(staging(), []);
      openTreeWriter(tmp.in('repo')).abort();
      assert.deepEqual(staging(), []);
    });
  });

  const staging = () => readdirSync(tmp.in('repo/tmp')).filter((name) => name.startsWith('staging-'));

  describe('crashes and concurrency', () => {
    /** A process that writes objects and a package, and is killed before anything is flushed. */
    const killed = (script: string) => {
      const support = JSON.stringify(new URL('./support.ts', import.meta.url).href);
      const code = `
        import { stores, commitMeta } from ${support};
        const store = await stores().open(${JSON.stringify(tmp.in('repo'))});
        ${script}
        process.kill(process.pid, 'SIGKILL');`;
      const { signal, stderr } = spawnSync(
        process.execPath,
        ['--input-type=module', '-e', `globalThis.beforeEach = globalThis.afterEach = () => {};${code}`],
        {
          encoding: 'utf8',
        },
      );
      assert.equal(signal, 'SIGKILL', stderr);
    };

    it('leaves a good repository when killed while writing, and goes on from there', async () => {
      await store.setRef('main', await commit());
      store.close();
      killed(`const tree = await store.openTree(null);
        for (let i = 0; i < 100; i++) tree.writeFile('f' + i, String(i));
        const { openTreeWriter } = await import(store.writer.module);
        const writer = openTreeWriter(store.writer.location);
        writer.file('x', { mode: 0o100644, uid: 0, gid: 0, xattrs: [] }, Buffer.from('x'));
        writer.commit(commitMeta({ ref: 'package' }));`);
      assert.equal(staging().length, 2);
      if (hasOstree) assert.match(ostree(tmp.in('repo'), 'fsck'), /no errors found/);
      store = await stores().open(tmp.in('repo'));
      assert.equal(await store.resolve('package'), null);
      const next = await commit({ subject: 'next' });
      assert.ok(await store.resolve('package'), 'what was complete is taken over');
      assert.ok(await store.has(next));
      assert.deepEqual((await store.check(testContext())).problems, []);
      store.close();
      assert.deepEqual(staging(), []);
    });

    it('removes what an earlier boot left, and nothing that is locked', async () => {
      const stale = tmp.in('repo/tmp/staging-00000000-0000-0000-0000-000000000000-abcdef');
      const locked = tmp.in('repo/tmp/staging-00000000-0000-0000-0000-000000000000-locked');
      for (const path of [stale, locked]) mkdirSync(join(path, 'aa'), { recursive: true });
      const lock = FileLock.try(`${locked}-lock`, 'exclusive')!;
      await commit();
      assert.ok(!existsSync(stale));
      assert.ok(existsSync(locked));
      lock.release();
    });

    it('waits for an exclusive lock and says so when it lasts', async () => {
      config('lock-timeout-secs=0\n');
      store.close();
      const lock = FileLock.try(tmp.in('repo/.lock'), 'exclusive')!;
      store = await stores().open(tmp.in('repo'));
      await assert.rejects(commit(), { code: 'OSTREE_REPO_LOCKED' });
      lock.release();
      await commit();
      const reader = FileLock.try(tmp.in('repo/.lock'), 'shared')!;
      await assert.rejects(store.prune(), { code: 'OSTREE_REPO_LOCKED' });
      reader.release();
      assert.ok((await store.prune()).removed > 0);
    });

    it('shares a repository with a running ostree (needs ostree)', async function () {
      if (!hasOstree) this.skip();
      const tree = await store.openTree(null);
      tree.writeFile('ours', 'waits in the staging directory');
      const id = tree.directoryId('');
      mkdirSync(tmp.in('source'));
      writeFileSync(tmp.in('source/theirs'), 'theirs');
      for (const number of [1, 2, 3]) {
        ostree(tmp.in('repo'), 'commit', '-b', `theirs/${number}`, `--tree=dir=${tmp.in('source')}`);
        assert.equal(tree.directoryId(''), id);
      }
      assert.equal(staging().length, 2, 'the directory of a living writer is left to it');
      const made = await store.commit(tree, commitMeta());
      await store.setRef('ours', made);
      assert.equal((await store.refs()).size, 4);
      assert.match(ostree(tmp.in('repo'), 'fsck'), /no errors found/);
      const prune = spawnSync('timeout', ['1', 'ostree', `--repo=${tmp.in('repo')}`, 'prune', '--refs-only']);
      assert.equal(prune.status, 124, 'nothing is pruned while a writer is at work');
      store.close();
      assert.match(ostree(tmp.in('repo'), 'prune', '--refs-only'), /No unreachable objects/);
    });

    it('keeps an object that is there in its place', async () => {
      const id = await commit();
      const before = statSync(objectFile(id, 'commit')).ino;
      rmSync(tmp.in('repo/tmp'), { recursive: true });
      store = await stores().open(tmp.in('repo'));
      assert.equal(await commit(), id);
      assert.equal(statSync(objectFile(id, 'commit')).ino, before);
    });

    it('keeps to the free space that the config asks for', async () => {
      config('min-free-space-size=999999TB\n');
      store = await stores().open(tmp.in('repo'));
      await assert.rejects(commit(), { code: 'OSTREE_NO_SPACE' });
      store.close();
      config('min-free-space-percent=0\n');
      store = await stores().open(tmp.in('repo'));
      await commit();
    });
  });

  it('refuses trees of other stores and places of other kinds', async () => {
    const other = await newStore(tmp.in('other'), 'archive');
    const tree = await other.openTree(null);
    await assert.rejects(store.commit(tree, commitMeta()), { code: 'OSTREE_OBJECT_INVALID' });
    await assert.rejects(store.pull('gopher://127.0.0.1/repo', ['x'], testContext()), {
      code: 'OSTREE_REMOTE_INVALID',
    });
    await assert.rejects(store.pull(tmp.in('other'), ['x'], testContext()), { code: 'OSTREE_REV_UNKNOWN' });
    other.close();
  });
});
