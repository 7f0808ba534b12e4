import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import type { ObjectStore, Tree } from '@ostrata/core';
import fc from 'fast-check';
import { commitMeta, newStore, temporary, testContext } from './support.ts';

const text = (tree: Tree, path: string): string => Buffer.from(tree.readFile(path)).toString();
const paths = (tree: Tree): string[] => [...tree.walk()].map(([path]) => path);

describe('OSTree trees', () => {
  let store: ObjectStore;
  let tree: Tree;
  afterEach(() => store?.close());
  const tmp = temporary();
  beforeEach(async () => {
    store = await newStore(tmp.in('repo'), 'archive');
    tree = await store.openTree(null);
  });

  const commitOf = async (fill: (tree: Tree) => void): Promise<string> => {
    const made = await store.openTree(null);
    fill(made);
    return store.commit(made, commitMeta());
  };

  it('begins empty and shows what is written', () => {
    assert.deepEqual(tree.list(''), []);
    assert.deepEqual(tree.lookup(''), { type: 'directory', mode: 0o40755, uid: 0, gid: 0, xattrs: [] });
    tree.mkdir('a', { mode: 0o700, uid: 1, gid: 2 });
    tree.writeFile('a/b', 'one', { mode: 0o600, xattrs: [['user.x', Buffer.from('y')]] });
    tree.symlink('a/link', '../b', { uid: 3 });
    const file = tree.lookup('a/b');
    assert.ok(file?.type === 'file');
    assert.deepEqual([file.mode, file.size, file.xattrs.length], [0o100600, 3, 1]);
    assert.deepEqual(tree.lookup('a/link')?.type === 'symlink' && tree.lookup('a/link')?.uid, 3);
    assert.equal(text(tree, 'a/b'), 'one');
    assert.deepEqual(paths(tree), ['a', 'a/b', 'a/link']);
    assert.equal(tree.lookup('a/b/c'), undefined);
    assert.equal(tree.lookup('none/at/all'), undefined);
  });

  it('keeps metadata of a rewritten file and changes what is given', () => {
    tree.writeFile('f', 'one', { mode: 0o4755, uid: 7 });
    tree.writeFile('f', 'two', { gid: 8 });
    const entry = tree.lookup('f');
    assert.deepEqual([entry?.mode, entry?.uid, entry?.gid, text(tree, 'f')], [0o104755, 7, 8, 'two']);
    tree.setMeta('f', { mode: 0o644 });
    assert.deepEqual([tree.lookup('f')?.mode, text(tree, 'f')], [0o100644, 'two']);
    tree.setMeta('', { mode: 0o700 });
    assert.equal(tree.lookup('')?.mode, 0o40700);
  });

  it('copies, renames and removes by reference', () => {
    tree.writeFile('a/b/c', 'x', { parents: true });
    tree.copy('a', 'copy');
    tree.writeFile('copy/b/c', 'changed');
    tree.rename('a', 'moved');
    assert.deepEqual(paths(tree), ['copy', 'copy/b', 'copy/b/c', 'moved', 'moved/b', 'moved/b/c']);
    assert.equal(text(tree, 'moved/b/c'), 'x');
    tree.copy('moved/b/c', 'copy/b/c');
    assert.equal(tree.directoryId('copy'), tree.directoryId('moved'));
    assert.throws(() => tree.rename('copy', 'moved'), { code: 'OSTREE_TREE_EXISTS' });
    assert.throws(() => tree.rename('copy', 'copy/inside'), { code: 'OSTREE_TREE_EXISTS' });
    assert.throws(() => tree.copy('moved', 'copy'), { code: 'OSTREE_TREE_EXISTS' });
    assert.ok(tree.remove('moved'));
    assert.ok(!tree.remove('moved'));
    assert.deepEqual(tree.list(''), ['copy']);
  });

  it('refuses bad paths, missing parents and ways through links', () => {
    tree.symlink('link', 'target');
    tree.writeFile('file', '');
    for (const path of ['/a', 'a/', 'a//b', './a', 'a/..', '..', 'a\0b', `${'x'.repeat(256)}`]) {
      assert.throws(() => tree.writeFile(path, ''), { code: 'OSTREE_TREE_PATH' }, path);
      assert.throws(() => tree.lookup(path), { code: 'OSTREE_TREE_PATH' }, path);
    }
    assert.throws(() => tree.writeFile('no/parent', ''), { code: 'OSTREE_TREE_MISSING' });
    assert.throws(() => tree.writeFile('link/x', '', { parents: true }), { code: 'OSTREE_TREE_TYPE' });
    assert.throws(() => tree.writeFile('file/x', '', { parents: true }), { code: 'OSTREE_TREE_TYPE' });
    assert.throws(() => tree.list('file'), { code: 'OSTREE_TREE_TYPE' });
    assert.throws(() => tree.readFile('link'), { code: 'OSTREE_TREE_TYPE' });
    assert.throws(() => tree.readFile('none'), { code: 'OSTREE_TREE_MISSING' });
    assert.throws(() => tree.remove(''), { code: 'OSTREE_TREE_TYPE' });
    assert.throws(() => tree.setMeta('none', {}), { code: 'OSTREE_TREE_MISSING' });
    assert.throws(() => tree.mkdir('file'), { code: 'OSTREE_TREE_EXISTS' });
  });

  it('has equal directory ids for equal directories only', async () => {
    tree.writeFile('a/f', 'x', { parents: true });
    tree.writeFile('b/f', 'x', { parents: true });
    assert.equal(tree.directoryId('a'), tree.directoryId('b'));
    tree.setMeta('b', { mode: 0o700 });
    assert.notEqual(tree.directoryId('a'), tree.directoryId('b'));
    const commit = await store.commit(tree, commitMeta());
    assert.equal((await store.openTree(commit)).directoryId(''), tree.directoryId(''));
  });

  it('changes no commit that it was opened from', async () => {
    const commit = await commitOf((made) => made.writeFile('a/f', 'x', { parents: true }));
    const opened = await store.openTree(commit);
    opened.writeFile('a/f', 'changed');
    opened.remove('a');
    assert.equal(text(await store.openTree(commit), 'a/f'), 'x');
    assert.deepEqual((await store.check(testContext())).problems, []);
  });

  describe('overlay', () => {
    it('takes what only the layer has, and merges directories', async () => {
      const layer = await commitOf((made) => {
        made.writeFile('usr/bin/new', 'new', { parents: true });
        made.writeFile('usr/same', 'same');
        made.writeFile('opt/deep/x', 'x', { parents: true });
        made.setMeta('usr', { mode: 0o700 });
      });
      tree.writeFile('usr/bin/old', 'old', { parents: true });
      tree.writeFile('usr/same', 'same');
      assert.deepEqual(tree.overlay(layer, { policy: 'identical' }), []);
      assert.deepEqual(paths(tree), [
        'opt',
        'opt/deep',
        'opt/deep/x',
        'usr',
        'usr/bin',
        'usr/bin/new',
        'usr/bin/old',
        'usr/same',
      ]);
      assert.equal(tree.lookup('usr')?.mode, 0o40755);
      tree.writeFile('opt/deep/x', 'changed');
      assert.equal(text(await store.openTree(layer), 'opt/deep/x'), 'x');
      const commit = await store.commit(tree, commitMeta());
      assert.deepEqual(paths(await store.openTree(commit)), paths(tree));
      assert.deepEqual((await store.check(testContext())).problems, []);
    });

    it('reports all conflicts and changes nothing then', async () => {
      const layer = await commitOf((made) => {
        made.writeFile('a/content', 'theirs', { parents: true });
        made.writeFile('a/size', 'longer');
        made.writeFile('a/mode', 'x', { mode: 0o755 });
        made.writeFile('a/dir', 'file');
        made.mkdir('a/file');
        made.symlink('a/link', 'x');
        made.writeFile('a/new', 'new');
      });
      tree.writeFile('a/content', 'ours..', { parents: true });
      tree.writeFile('a/size', 'x');
      tree.writeFile('a/mode', 'x');
      tree.mkdir('a/dir');
      tree.writeFile('a/file', '');
      tree.writeFile('a/link', '');
      const id = tree.directoryId('');
      const conflicts = tree.overlay(layer, { policy: 'identical' });
      assert.deepEqual(Object.fromEntries(conflicts.map(({ path, reason }) => [path, reason])), {
        'a/content': 'content',
        'a/size': 'content',
        'a/mode': 'metadata',
        'a/dir': 'type',
        'a/file': 'type',
        'a/link': 'type',
      });
      assert.equal(tree.directoryId(''), id);
      const kept = await store.openTree(await store.commit(tree, commitMeta()));
      assert.deepEqual(kept.overlay(layer, { policy: 'keep' }), []);
      assert.equal(text(kept, 'a/content'), 'ours..');
      assert.equal(kept.lookup('a/dir')?.type, 'directory');
      assert.equal(text(kept, 'a/new'), 'new');
      assert.deepEqual(tree.overlay(layer, { policy: 'replace' }), []);
      assert.equal(tree.directoryId(''), (await store.openTree(layer)).directoryId(''));
    });

    it('takes a part of a layer to another place', async () => {
      const layer = await commitOf((made) => made.writeFile('root/usr/x', 'x', { parents: true }));
      assert.deepEqual(tree.overlay(layer, { policy: 'identical', subpath: 'root', at: 'sub/place' }), []);
      assert.equal(text(tree, 'sub/place/usr/x'), 'x');
      tree.writeFile('file', '');
      assert.deepEqual(tree.overlay(layer, { policy: 'identical', at: 'file' }), [{ path: 'file', reason: 'type' }]);
      assert.throws(() => tree.overlay(layer, { policy: 'identical', subpath: 'none' }), {
        code: 'OSTREE_TREE_MISSING',
      });
    });
  });

  it('gives the same id however a tree came about', async () => {
    appendFileSync(tmp.in('repo/config'), 'fsync=false\n');
    store.close();
    store = await newStore(tmp.in('repo'), 'archive');
    const name = fc.constantFrom('a', 'b', 'ä', '.x', '\u{1f600}');
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(path, fc.string({ maxLength: 5 })), { maxLength: 12 }), async (files) => {
        const direct = await store.openTree(null);
        for (const [at, content] of files) put(direct, at, content);
        const layered = await store.openTree(null);
        for (const [at, content] of files) {
          const commit = await commitOf((made) => put(made, at, content));
          layered.overlay(commit, { policy: 'replace' });
        }
        assert.equal(layered.directoryId(''), direct.directoryId(''));
        const reopened = await store.openTree(await store.commit(layered, commitMeta()));
        assert.deepEqual(paths(reopened), paths(direct));
      }),
      { numRuns: 15 },
    );
  });
});

/** Writes a file, removing what stands in its way. */
function put(tree: Tree, path: string, content: string): void {
  const parts = path.split('/');
  for (let length = 1; length < parts.length; length++) {
    const parent = parts.slice(0, length).join('/');
    const entry = tree.lookup(parent);
    if (entry && entry.type !== 'directory') tree.remove(parent);
  }
  if (tree.lookup(path)?.type === 'directory') tree.remove(path);
  tree.writeFile(path, content, { parents: true });
}
