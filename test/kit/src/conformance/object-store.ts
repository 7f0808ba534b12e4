import assert from 'node:assert/strict';
import { existsSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { CommitMeta, Context, EntryMeta, ObjectStore, ObjectStores } from '@ostrata/core';
import { type Case, casesOf, isJson, refuses, stopsWhenAborted } from './case.ts';
import { addTree, commitMeta, META } from './sample-tree.ts';

export interface ObjectStoreFixture extends AsyncDisposable {
  readonly stores: ObjectStores;
  /** Where a repository can be made; nothing is there. */
  readonly location: string;
  /** A second place. */
  readonly other: string;
  /** A directory for checkouts. */
  readonly directory: string;
  readonly ctx: Context;
  /** Aborts `ctx.signal`. */
  abort(): void;
}

/** What repositories must do. `mode` is given to `ensure`. */
export function objectStoreConformance(make: () => Promise<ObjectStoreFixture>, mode?: string): Case[] {
  const withStore =
    (check: (store: ObjectStore, fixture: ObjectStoreFixture) => Promise<void>) =>
    async (fixture: ObjectStoreFixture) => {
      const store = await fixture.stores.ensure(fixture.location, mode);
      try {
        await check(store, fixture);
      } finally {
        store.close();
      }
    };

  return casesOf(make, {
    'is made when it is absent, and opened when it is there': async ({ stores, location }) => {
      assert.equal(await stores.exists(location), false);
      await refuses(stores.open(location), 'opening a repository that is not there');
      (await stores.ensure(location, mode)).close();
      assert.equal(await stores.exists(location), true);
      const store = await stores.open(location);
      if (mode !== undefined) assert.equal(store.mode, mode);
      assert.equal(store.location, location);
      store.close();
    },

    'reads a commit as it was written': withStore(async (store) => {
      const id = addTree(store, {
        metadata: { version: { type: 's', value: '1' }, list: { type: 'as', value: ['a', 'b'] } },
      });
      assert.match(id, /^[0-9a-f]{64}$/);
      const commit = await store.readCommit(id);
      isJson(commit);
      assert.deepEqual(
        { ...commit, metadata: { version: commit.metadata['version'], list: commit.metadata['list'] } },
        {
          id,
          parent: null,
          subject: 'sample',
          body: 'text',
          timestamp: 1_600_000_000,
          metadata: { version: { type: 's', value: '1' }, list: { type: 'as', value: ['a', 'b'] } },
        },
      );
      const tree = await store.openTree(id);
      assert.deepEqual(
        [...tree.walk()].map(([path, entry]) => `${path} ${entry.type} ${(entry.mode & 0o7777).toString(8)}`),
        [
          'usr directory 755',
          'usr/bin directory 750',
          'usr/bin/link symlink 777',
          'usr/bin/tool file 755',
          'usr/share directory 755',
          'usr/share/empty file 644',
          'usr/share/text file 640',
        ],
      );
      assert.equal(Buffer.from(tree.readFile('usr/bin/tool')).toString(), '#!tool\n');
      assert.equal(tree.readFile('usr/share/empty').length, 0);
      const link = tree.lookup('usr/bin/link');
      assert.equal(link?.type === 'symlink' ? link.target : null, 'tool');
      const file = tree.lookup('usr/bin/tool');
      assert.equal(file?.type === 'file' ? file.size : null, 7);
    }),

    'gives the same checksum to the same tree and facts, and another one otherwise': withStore(async (store) => {
      const id = addTree(store);
      assert.equal(addTree(store), id);
      const others: Partial<CommitMeta>[] = [
        { timestamp: 1 },
        { subject: 'x' },
        { body: 'x' },
        { parent: id },
        { metadata: { a: { type: 'b', value: true } } },
      ];
      assert.equal(new Set([id, ...others.map((change) => addTree(store, change))]).size, others.length + 1);
      const tree = await store.openTree(id);
      assert.equal(await store.commit(tree, commitMeta()), id);
      tree.setMeta('usr/share/text', { mode: 0o600 });
      assert.notEqual(await store.commit(tree, commitMeta()), id);
    }),

    'sets, lists and removes refs': withStore(async (store) => {
      const id = addTree(store);
      await store.setRef('os/x86/stable', id);
      await store.setRef('os/x86/next', id);
      await store.setRef('osprey/other', id);
      assert.deepEqual(
        [...(await store.refs('os'))],
        [
          ['os/x86/next', id],
          ['os/x86/stable', id],
        ],
      );
      assert.equal((await store.refs()).size, 3);
      await store.setRef('os/x86/next', null);
      assert.equal(await store.resolve('os/x86/next'), null);
      for (const name of ['', '../x', 'a//b', '/a', 'a/..'])
        await refuses(() => store.setRef(name, id), `the ref ${name}`);
    }),

    'resolves refs, checksums, prefixes and parents': withStore(async (store) => {
      const first = addTree(store);
      const second = addTree(store, { parent: first, timestamp: 7 });
      await store.setRef('os/stable', second);
      assert.equal(await store.resolve('os/stable'), second);
      assert.equal(await store.resolve(second), second);
      assert.equal(await store.resolve(second.slice(0, 20)), second);
      assert.equal(await store.resolve('os/stable^'), first);
      assert.equal(await store.resolve(`${second}^`), first);
      assert.equal(await store.resolve('no/such'), null);
      assert.equal(await store.resolve('f'.repeat(64)), null);
    }),

    'knows which commits it has': withStore(async (store) => {
      const id = addTree(store);
      assert.equal(await store.has(id), true);
      assert.equal(await store.has('0'.repeat(64)), false);
      await refuses(store.readCommit('0'.repeat(64)), 'reading a commit that is not there');
      await refuses(store.openTree('0'.repeat(64)), 'opening a tree that is not there');
    }),

    'keeps extended attributes': withStore(async (store) => {
      if (store.mode === 'bare-user-only') return;
      const xattrs: EntryMeta['xattrs'] = [['user.test', Buffer.from([0, 1, 255])]];
      const writer = store.newTree();
      writer.directory('', { ...META, mode: 0o040755 });
      writer.file('f', { ...META, mode: 0o100644, xattrs }, Buffer.from('x'));
      const found = (await store.openTree(writer.commit(commitMeta()))).lookup('f')?.xattrs ?? [];
      assert.deepEqual(
        found.map(([name, value]) => [name, [...value]]),
        [['user.test', [0, 1, 255]]],
      );
    }),

    'writes trees parents first, links by id, and refuses paths that leave the root': withStore(async (store) => {
      const writer = store.newTree();
      writer.directory('', { ...META, mode: 0o040755 });
      await refuses(
        () => writer.file('a/b', { ...META, mode: 0o100644 }, Buffer.from('')),
        'a file without its directory',
      );
      for (const path of ['../x', '/x', 'a/../x', '.', 'x//y', 'nul\0']) {
        await refuses(
          () => writer.file(path, { ...META, mode: 0o100644 }, Buffer.from('')),
          `the path ${JSON.stringify(path)}`,
        );
      }
      const id = writer.file('one', { ...META, mode: 0o100644 }, Buffer.from('same'));
      writer.link('two', id);
      const tree = await store.openTree(writer.commit(commitMeta()));
      const [one, two] = [tree.lookup('one'), tree.lookup('two')];
      assert.deepEqual(two, one);
    }),

    'leaves nothing reachable of a tree that was given up': withStore(async (store, { ctx }) => {
      const writer = store.newTree();
      writer.directory('', { ...META, mode: 0o040755 });
      writer.abort();
      assert.equal((await store.refs()).size, 0);
      assert.deepEqual((await store.check(ctx)).problems, []);
    }),

    'pulls commits with all they need, and their refs': async ({ stores, location, other, ctx }) => {
      const from = await stores.ensure(location, mode);
      const to = await stores.ensure(other, mode);
      const id = addTree(from);
      await from.setRef('os/stable', id);
      const pulled = await to.pull(location, ['os/stable'], ctx);
      assert.deepEqual([...pulled], [['os/stable', id]]);
      assert.equal(await to.resolve('os/stable'), id);
      const tree = await to.openTree(id);
      assert.equal(Buffer.from(tree.readFile('usr/share/text')).toString(), 'text\n');
      const second = addTree(from, { timestamp: 9 });
      await to.pull(location, [second], ctx);
      assert.equal(await to.has(second), true);
      assert.equal((await to.refs()).size, 1);
      await refuses(to.pull(location, ['no/such'], ctx), 'pulling what is not there');
      assert.deepEqual((await to.check(ctx)).problems, []);
      from.close();
      to.close();
    },

    'does not pull once it is aborted': async ({ stores, location, other, ctx, abort }) => {
      const from = await stores.ensure(location, mode);
      const to = await stores.ensure(other, mode);
      const id = addTree(from);
      abort();
      await stopsWhenAborted(() => to.pull(location, [id], ctx));
      assert.equal((await to.refs()).size, 0);
      from.close();
      to.close();
    },

    'keeps metadata beside commits': withStore(async (store) => {
      const id = addTree(store);
      assert.deepEqual(await store.detachedMetadata(id), {});
      const before = Buffer.from(await store.commitBytes(id));
      const metadata = { 'ostree.gpgsigs': { type: 'aay', value: [Buffer.from('sig').toString('base64')] } };
      await store.setDetachedMetadata(id, metadata);
      assert.deepEqual(await store.detachedMetadata(id), metadata);
      assert.deepEqual(Buffer.from(await store.commitBytes(id)), before);
      assert.equal(await store.has(id), true);
    }),

    'removes what no ref reaches, and nothing else': withStore(async (store, { ctx }) => {
      const kept = addTree(store);
      await store.setRef('os/stable', kept);
      const tree = await store.openTree(null);
      tree.writeFile('stray', 'stray');
      const stray = await store.commit(tree, commitMeta());
      assert.ok((await store.prune()).removed > 0);
      assert.equal(await store.has(stray), false);
      assert.equal(await store.has(kept), true);
      assert.deepEqual((await store.check(ctx)).problems, []);
      assert.equal(Buffer.from((await store.openTree(kept)).readFile('usr/share/text')).toString(), 'text\n');
    }),

    'checks a commit out into a new directory': withStore(async (store, { directory }) => {
      const id = addTree(store);
      const destination = join(directory, 'out');
      await store.checkout(id, destination, { user: true });
      assert.equal(readFileSync(join(destination, 'usr/bin/tool'), 'utf8'), '#!tool\n');
      assert.equal(readlinkSync(join(destination, 'usr/bin/link')), 'tool');
      assert.equal(statSync(join(destination, 'usr/bin/tool')).mode & 0o777, 0o755);
      const part = join(directory, 'part');
      await store.checkout(id, part, { user: true, subpath: 'usr/share', copy: true });
      assert.ok(existsSync(join(part, 'text')));
    }),
  });
}
