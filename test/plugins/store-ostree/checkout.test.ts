import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import type { ObjectStore } from '@ostrata/core';
import { Checkout } from '../../../plugins/store-ostree/src/checkout/checkout.ts';
import { updateDirectory } from '../../../plugins/store-ostree/src/checkout/update.ts';
import { pruneRepository } from '../../../plugins/store-ostree/src/fsck/prune.ts';
import { Repository } from '../../../plugins/store-ostree/src/repo/repository.ts';
import { commitMeta, hasOstree, isRoot, newStore, ostree, run, temporary } from './support.ts';

const mode = isRoot ? 'bare' : 'bare-user';
const user = !isRoot;

describe('OSTree checkout', () => {
  let store: ObjectStore;
  let repo: Repository;
  let commit: string;
  afterEach(() => store?.close());
  const tmp = temporary();
  beforeEach(async () => {
    store = await newStore(tmp.in('repo'), mode);
    const tree = await store.openTree(null);
    tree.writeFile('dir/file', 'file', { parents: true });
    tree.writeFile('dir/other', 'other');
    tree.symlink('link', 'dir');
    commit = await store.commit(tree, commitMeta());
    repo = Repository.open(tmp.in('repo'));
  });

  /** A directory with something of all that can be in the way, but for what makes any checkout fail. */
  const occupied = (name: string) => {
    mkdirSync(tmp.in(name, 'dir'), { recursive: true });
    writeFileSync(tmp.in(name, 'dir/file'), 'mine');
    writeFileSync(tmp.in(name, 'dir/extra'), 'extra');
    symlinkSync('elsewhere', tmp.in(name, 'link'));
    return tmp.in(name);
  };
  const describeTree = (path: string) =>
    run('find', path, '-printf', '%y %l %P\\n').split('\n').sort().join('\n') +
    readFileSync(`${path}/dir/file`, 'utf8');

  for (const overwrite of ['union', 'add', 'identical', 'none'] as const) {
    it(`does as ostree does where something is, in mode ${overwrite} (needs ostree)`, function () {
      if (!hasOstree) this.skip();
      const flags = { union: ['--union'], add: ['--union-add'], identical: ['--union-identical', '-H'], none: [] }[
        overwrite
      ];
      const ours = occupied('ours');
      const theirs = occupied('theirs');
      const checkout = new Checkout(repo, { user, overwrite });
      const { status } = spawnSync('ostree', [
        `--repo=${tmp.in('repo')}`,
        'checkout',
        ...flags,
        ...(user ? ['-U'] : []),
        commit,
        theirs,
      ]);
      if (status !== 0)
        assert.throws(() => checkout.directory(repo.readCommit(commit), ours), { code: 'OSTREE_CHECKOUT_EXISTS' });
      else {
        checkout.directory(repo.readCommit(commit), ours);
        assert.equal(describeTree(ours), describeTree(theirs));
      }
      assert.equal(status === 0, overwrite === 'union' || overwrite === 'add');
    });
  }

  it('accepts what is the same in mode identical', () => {
    const checkout = new Checkout(repo, { user, overwrite: 'identical' });
    checkout.directory(repo.readCommit(commit), tmp.in('out'));
    checkout.directory(repo.readCommit(commit), tmp.in('out'));
    assert.equal(readFileSync(tmp.in('out/dir/file'), 'utf8'), 'file');
  });

  it('replaces a link to the same object, too', () => {
    const checkout = new Checkout(repo, { user, overwrite: 'union' });
    checkout.directory(repo.readCommit(commit), tmp.in('out'));
    checkout.directory(repo.readCommit(commit), tmp.in('out'));
    assert.equal(run('ls', '-A', tmp.in('out/dir')), 'file\nother\n');
  });

  it('brings a checkout from one commit to another, touching only what differs', async () => {
    const checkout = new Checkout(repo, { user });
    const before = repo.readCommit(commit);
    checkout.directory(before, tmp.in('out'));
    const tree = await store.openTree(commit);
    tree.writeFile('dir/file', 'changed');
    tree.remove('link');
    tree.writeFile('link/now/a', 'directory', { parents: true });
    tree.setMeta('dir', { mode: 0o711 });
    tree.writeFile('kept/x', 'x', { parents: true });
    const next = repo.readCommit(await store.commit(tree, commitMeta()));
    const inode = statSync(tmp.in('out/dir/other')).ino;
    updateDirectory(repo, checkout, before, next, tmp.in('out'));
    checkout.directory(next, tmp.in('fresh'));
    run('diff', '-r', tmp.in('out'), tmp.in('fresh'));
    assert.equal(statSync(tmp.in('out/dir')).mode, statSync(tmp.in('fresh/dir')).mode);
    assert.equal(statSync(tmp.in('out/dir/other')).ino, inode);
    updateDirectory(repo, checkout, next, before, tmp.in('out'));
    assert.equal(run('readlink', tmp.in('out/link')), 'dir\n');
    assert.ok(!existsSync(tmp.in('out/kept')));
  });

  it('prunes history to a depth as ostree does (needs ostree)', async function () {
    if (!hasOstree) this.skip();
    let parent: string | null = null;
    for (let number = 0; number < 5; number++) {
      const tree = await store.openTree(null);
      tree.writeFile('number', String(number));
      parent = await store.commit(tree, commitMeta({ parent }));
    }
    await store.setRef('main', parent);
    store.close();
    run('cp', '-a', tmp.in('repo'), tmp.in('theirs'));
    ostree(tmp.in('theirs'), 'prune', '--refs-only', '--depth=2');
    pruneRepository(repo, 2);
    const objects = (path: string) =>
      run('find', `${path}/objects`, '-type', 'f', '-o', '-type', 'l').replaceAll(path, '').split('\n').sort();
    assert.deepEqual(objects(tmp.in('repo')), objects(tmp.in('theirs')));
  });

  it('removes old leftovers from tmp and keeps young ones', async () => {
    store.close();
    for (const name of ['old', 'young']) mkdirSync(tmp.in('repo/tmp', name, 'x'), { recursive: true });
    mkdirSync(tmp.in('repo/tmp/ostrata-root-dead/lower'), { recursive: true });
    utimesSync(tmp.in('repo/tmp/old'), 0, 0);
    await store.openTree(null);
    assert.ok(!existsSync(tmp.in('repo/tmp/old')));
    assert.ok(!existsSync(tmp.in('repo/tmp/ostrata-root-dead')));
    assert.ok(existsSync(tmp.in('repo/tmp/young')));
    assert.ok(existsSync(tmp.in('repo/tmp/cache')));
  });
});
