import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ObjectStore, Tree } from '@ostrata/core';
import { type Case, casesOf, refuses } from './case.ts';
import type { ObjectStoreFixture } from './object-store.ts';
import { addTree, commitMeta } from './sample-tree.ts';

/** What trees of a repository must do. */
export function treeConformance(make: () => Promise<ObjectStoreFixture>, mode?: string): Case[] {
  const withTree =
    (check: (tree: Tree, store: ObjectStore, fixture: ObjectStoreFixture) => Promise<void>) =>
    async (fixture: ObjectStoreFixture) => {
      const store = await fixture.stores.ensure(fixture.location, mode);
      try {
        await check(await store.openTree(addTree(store)), store, fixture);
      } finally {
        store.close();
      }
    };
  const text = (tree: Tree, path: string) => Buffer.from(tree.readFile(path)).toString();
  const layer = async (store: ObjectStore, files: { readonly [path: string]: string }) => {
    const tree = await store.openTree(null);
    for (const [path, content] of Object.entries(files)) {
      tree.writeFile(path, content, { parents: true, mode: path.startsWith('usr/bin/') ? 0o755 : 0o644 });
    }
    return store.commit(tree, commitMeta());
  };

  return casesOf(make, {
    'looks up without following links': withTree(async (tree) => {
      tree.symlink('lib', 'usr/share');
      assert.equal(tree.lookup('lib')?.type, 'symlink');
      assert.equal(tree.lookup('lib/text'), undefined);
      assert.equal(tree.lookup('usr/bin/tool/below'), undefined);
      assert.equal(tree.lookup('')?.type, 'directory');
      assert.equal(tree.lookup('none'), undefined);
    }),

    'lists names sorted by bytes, and only directories': withTree(async (tree) => {
      for (const name of ['b', 'a', 'B', 'é', 'a.b', 'a-b', 'ab'])
        tree.writeFile(`usr/share/sub/${name}`, '', { parents: true });
      assert.deepEqual(tree.list('usr/share/sub'), ['B', 'a', 'a-b', 'a.b', 'ab', 'b', 'é']);
      await refuses(() => tree.list('usr/bin/tool'), 'listing a file');
      await refuses(() => tree.readFile('usr/bin'), 'reading a directory');
      await refuses(() => tree.readFile('none'), 'reading nothing');
    }),

    'walks below a directory, parents first': withTree(async (tree) => {
      assert.deepEqual(
        [...tree.walk('usr/share')].map(([path]) => path),
        ['usr/share/empty', 'usr/share/text'],
      );
      assert.deepEqual([...tree.walk('')].map(([path]) => path).slice(0, 2), ['usr', 'usr/bin']);
    }),

    'writes files, with parents where it is told to': withTree(async (tree, store) => {
      await refuses(() => tree.writeFile('new/dir/file', 'x'), 'a file without its parents');
      tree.writeFile('new/dir/file', 'x', { parents: true, mode: 0o600 });
      tree.writeFile('usr/share/text', Buffer.from('changed'));
      const again = await store.openTree(await store.commit(tree, commitMeta()));
      assert.equal(text(again, 'new/dir/file'), 'x');
      assert.equal((again.lookup('new/dir/file')?.mode ?? 0) & 0o7777, 0o600);
      assert.equal(text(again, 'usr/share/text'), 'changed');
    }),

    'refuses paths that leave the root or go through a link': withTree(async (tree) => {
      tree.symlink('out', '/etc');
      for (const path of ['../x', '/x', 'a/../x', 'a//x', './x', 'out/passwd', 'usr/bin/link/x', 'usr/bin/tool/x']) {
        await refuses(() => tree.writeFile(path, 'x', { parents: true }), `writing ${path}`);
        await refuses(() => tree.mkdir(path, { parents: true }), `making ${path}`);
        await refuses(() => tree.symlink(path, 'x', { parents: true }), `linking ${path}`);
      }
    }),

    'makes directories, or changes their metadata': withTree(async (tree) => {
      tree.mkdir('a/b', { parents: true, mode: 0o700 });
      assert.equal((tree.lookup('a/b')?.mode ?? 0) & 0o170000, 0o040000);
      assert.equal((tree.lookup('a/b')?.mode ?? 0) & 0o7777, 0o700);
      tree.mkdir('usr/share', { mode: 0o711 });
      assert.equal((tree.lookup('usr/share')?.mode ?? 0) & 0o7777, 0o711);
      assert.equal(text(tree, 'usr/share/text'), 'text\n');
      await refuses(() => tree.mkdir('usr/bin/tool'), 'a directory in place of a file');
    }),

    'changes metadata and keeps content and type': withTree(async (tree) => {
      tree.setMeta('usr/bin/tool', { mode: 0o4711, uid: 5, gid: 6 });
      const entry = tree.lookup('usr/bin/tool');
      assert.deepEqual([entry?.type, entry?.mode, entry?.uid, entry?.gid], ['file', 0o104711, 5, 6]);
      assert.equal(text(tree, 'usr/bin/tool'), '#!tool\n');
      await refuses(() => tree.setMeta('none', { uid: 1 }), 'metadata of nothing');
    }),

    'renames, copies and removes, with all that is below': withTree(async (tree) => {
      tree.rename('usr/share', 'usr/moved');
      assert.equal(tree.lookup('usr/share'), undefined);
      assert.equal(text(tree, 'usr/moved/text'), 'text\n');
      await refuses(() => tree.rename('usr/moved/text', 'usr/bin/tool'), 'renaming over a file');
      await refuses(() => tree.rename('none', 'x'), 'renaming nothing');
      tree.copy('usr/moved', 'copy');
      tree.writeFile('copy/text', 'other');
      assert.equal(text(tree, 'usr/moved/text'), 'text\n');
      tree.copy('copy/text', 'usr/bin/tool');
      assert.equal(text(tree, 'usr/bin/tool'), 'other');
      await refuses(() => tree.copy('copy/text', 'usr/bin'), 'copying over a directory');
      assert.equal(tree.remove('usr'), true);
      assert.equal(tree.remove('usr'), false);
      assert.equal(tree.lookup('usr/bin/tool'), undefined);
    }),

    'has one id for equal directories, and another after every change': withTree(async (tree) => {
      const before = tree.directoryId('usr');
      tree.copy('usr', 'twin');
      assert.equal(tree.directoryId('twin'), before);
      tree.writeFile('twin/share/text', 'other');
      assert.notEqual(tree.directoryId('twin'), before);
      tree.copy('usr/share/text', 'twin/share/text');
      assert.equal(tree.directoryId('twin'), before);
      tree.setMeta('twin/bin/tool', { mode: 0o700 });
      assert.notEqual(tree.directoryId('twin'), before);
    }),

    'leaves the commit it was opened from alone': withTree(async (tree, store) => {
      const id = await store.commit(tree, commitMeta());
      const changed = await store.openTree(id);
      changed.remove('usr');
      assert.equal(text(await store.openTree(id), 'usr/share/text'), 'text\n');
      assert.equal(text(tree, 'usr/share/text'), 'text\n');
    }),

    'overlay: merges directories, takes equal files for one': withTree(async (tree, store) => {
      const commit = await layer(store, { 'usr/lib/new': 'new', 'usr/share/more': 'more' });
      assert.deepEqual(tree.overlay(commit, { policy: 'identical' }), []);
      assert.deepEqual(tree.overlay(commit, { policy: 'identical' }), []);
      assert.equal(text(tree, 'usr/lib/new'), 'new');
      assert.deepEqual(tree.list('usr/share'), ['empty', 'more', 'text']);
    }),

    'overlay: reports every conflict, and then changes nothing': withTree(async (tree, store) => {
      const before = tree.directoryId('');
      const commit = await layer(store, { 'usr/bin/tool': 'another', 'usr/share': 'file', 'usr/lib/new': 'new' });
      const conflicts = tree.overlay(commit, { policy: 'identical' });
      assert.deepEqual(conflicts.map(({ path, reason }) => `${path} ${reason}`).sort(), [
        'usr/bin/tool content',
        'usr/share type',
      ]);
      assert.equal(tree.directoryId(''), before);
    }),

    'overlay: lets the layer or the tree win': withTree(async (tree, store) => {
      const commit = await layer(store, { 'usr/bin/tool': 'another', 'usr/bin/extra': 'extra' });
      assert.deepEqual(tree.overlay(commit, { policy: 'keep' }), []);
      assert.deepEqual([text(tree, 'usr/bin/tool'), text(tree, 'usr/bin/extra')], ['#!tool\n', 'extra']);
      assert.deepEqual(tree.overlay(commit, { policy: 'replace' }), []);
      assert.equal(text(tree, 'usr/bin/tool'), 'another');
    }),

    'overlay: takes a part of the layer, and puts it where it is told': withTree(async (tree, store) => {
      const commit = await layer(store, { 'usr/lib/deep/file': 'x', 'etc/conf': 'y' });
      tree.mkdir('opt');
      assert.deepEqual(tree.overlay(commit, { policy: 'identical', subpath: 'usr/lib', at: 'opt' }), []);
      assert.equal(text(tree, 'opt/deep/file'), 'x');
      assert.equal(tree.lookup('etc'), undefined);
      await refuses(() => tree.overlay(commit, { policy: 'identical', subpath: 'none' }), 'a part that is not there');
    }),

    'materialize: shows the present state': withTree(async (tree, _store, { ctx }) => {
      tree.writeFile('usr/share/text', 'present');
      const root = await tree.materialize(ctx);
      assert.equal(readFileSync(join(root.lower, 'usr/share/text'), 'utf8'), 'present');
      assert.equal(readFileSync(join(root.lower, 'usr/bin/link'), 'utf8'), '#!tool\n');
    }),

    'absorb: takes over what was added, and tells what': withTree(async (tree, _store, { ctx }) => {
      const root = await tree.materialize(ctx);
      const top = root.upper ?? root.lower;
      mkdirSync(join(top, 'usr', 'added'), { recursive: true });
      writeFileSync(join(top, 'usr', 'added', 'file'), 'added');
      const changed = await tree.absorb(root, ctx);
      assert.ok(changed.includes('usr/added/file'), changed.join(' '));
      assert.ok(!changed.includes('usr/bin/tool'), changed.join(' '));
      assert.equal(text(tree, 'usr/added/file'), 'added');
      assert.equal(text(tree, 'usr/bin/tool'), '#!tool\n');
    }),

    'absorb: takes over what was changed and removed in a private copy': withTree(async (tree, _store, { ctx }) => {
      const root = await tree.materialize(ctx);
      if (root.upper !== null) return;
      writeFileSync(join(root.lower, 'usr/share/text'), 'changed by a program');
      rmSync(join(root.lower, 'usr/bin/link'));
      const changed = await tree.absorb(root, ctx);
      assert.deepEqual(
        changed.filter((path) => !['usr/share', 'usr/bin'].includes(path)),
        ['usr/bin/link', 'usr/share/text'],
      );
      assert.equal(text(tree, 'usr/share/text'), 'changed by a program');
      assert.equal(tree.lookup('usr/bin/link'), undefined);
      assert.equal((tree.lookup('usr/share/text')?.mode ?? 0) & 0o777, 0o640);
    }),
  });
}
