import assert from 'node:assert/strict';
import type { ImportedPackage, Tree } from '@ostrata/core';
import { lostPaths } from '../../../../plugins/repo-rpm/src/overlay/layers.ts';
import { resolvePath } from '../../../../plugins/repo-rpm/src/overlay/links.ts';
import { IMAGE } from '../support/compose.ts';
import { ImportFixture } from '../support/import-fixture.ts';
import { type BuiltPackage, DIRECTORY } from '../support/rpm-builder.ts';

describe('laying packages over a tree', () => {
  let fixture: ImportFixture;
  let tree: Tree;
  before(async () => {
    fixture = await ImportFixture.open();
  });
  after(() => fixture[Symbol.asyncDispose]());
  beforeEach(async () => {
    tree = await fixture.store.openTree(null);
  });

  const lay = async (...packages: readonly BuiltPackage[]) => {
    const conflicts = [];
    const imported: ImportedPackage[] = [];
    for (const pkg of packages) {
      const one = await fixture.import(pkg);
      imported.push(one);
      conflicts.push(...(await fixture.format.overlay(tree, one, IMAGE)));
    }
    return { conflicts, imported };
  };
  const text = (path: string) => Buffer.from(tree.readFile(path)).toString();
  const one = (name: string, path: string, content: string, more = {}): BuiltPackage => ({
    name,
    files: [{ path, content, ...more }],
  });

  it('takes equal files for one', async () => {
    const { conflicts } = await lay(one('a', '/usr/x', 'same'), one('b', '/usr/x', 'same'));
    assert.deepEqual(conflicts, []);
  });

  it('reports files that differ and changes nothing', async () => {
    const other = { name: 'b', files: [{ path: '/usr/x', content: 'two' }, { path: '/usr/y' }] };
    const { conflicts } = await lay(one('a', '/usr/x', 'one'), other);
    assert.deepEqual(conflicts, [{ path: 'usr/x', reason: 'content' }]);
    assert.equal(text('usr/x'), 'one');
    assert.equal(tree.lookup('usr/y'), undefined);
  });

  it('reports what differs in mode or type', async () => {
    const a = { name: 'a', files: [{ path: '/usr/m' }, { path: '/usr/t' }] };
    const b = {
      name: 'b',
      files: [
        { path: '/usr/m', mode: 0o100755 },
        { path: '/usr/t', mode: DIRECTORY },
      ],
    };
    const { conflicts } = await lay(a, b);
    assert.deepEqual(
      [...conflicts].sort((x, y) => (x.path < y.path ? -1 : 1)),
      [
        { path: 'usr/m', reason: 'metadata' },
        { path: 'usr/t', reason: 'type' },
      ],
    );
  });

  it('lets setup keep what is there', async () => {
    const { conflicts } = await lay(one('a', '/etc/passwd', 'first'), one('setup', '/etc/passwd', 'second'));
    assert.deepEqual(conflicts, []);
    assert.equal(text('usr/etc/passwd'), 'first');
  });

  it('gives directories the mode of their owner, whoever comes first', async () => {
    const user = one('user', '/usr/lib/private/x', 'x');
    const owner = { name: 'owner', files: [{ path: '/usr/lib/private', mode: 0o040700 }] };
    await lay(user, owner);
    assert.equal(tree.lookup('usr/lib/private')?.mode, 0o040700);
    tree = await fixture.store.openTree(null);
    await lay(owner, user);
    assert.equal(tree.lookup('usr/lib/private')?.mode, 0o040700);
  });

  describe('files of different colours', () => {
    const thin = one('thin', '/usr/bin/tool', '32 bit', { color: 1 });
    const wide = one('wide', '/usr/bin/tool', '64 bit', { color: 2 });

    it('leaves the preferred one, whoever comes first', async () => {
      for (const order of [
        [thin, wide],
        [wide, thin],
      ]) {
        tree = await fixture.store.openTree(null);
        const { conflicts, imported } = await lay(...order);
        assert.deepEqual(conflicts, []);
        assert.equal(text('usr/bin/tool'), '64 bit');
        const loser = imported.find(({ package: { name } }) => name === 'thin')!;
        const winner = imported.find(({ package: { name } }) => name === 'wide')!;
        assert.deepEqual([...lostPaths(tree, loser.commit)], ['usr/bin/tool']);
        assert.equal(lostPaths(tree, winner.commit).size, 0);
      }
    });

    it('still conflict when they are of one colour', async () => {
      const { conflicts } = await lay(thin, one('thin2', '/usr/bin/tool', 'other', { color: 1 }));
      assert.equal(conflicts.length, 1);
    });

    it('does not excuse another conflict', async () => {
      const files = [...thin.files!, { path: '/usr/share/x', content: 'a' }];
      const others = [...wide.files!, { path: '/usr/share/x', content: 'b' }];
      const { conflicts } = await lay({ name: 'thin', files }, { name: 'wide', files: others });
      assert.equal(conflicts.length, 2);
      assert.equal(text('usr/bin/tool'), '32 bit');
    });
  });

  describe('directories that a link of another package makes one', () => {
    const merged: BuiltPackage = {
      name: 'filesystem',
      files: [
        { path: '/usr/bin', mode: DIRECTORY },
        { path: '/usr/sbin', link: 'bin' },
      ],
    };

    it('follows the link when it comes first', async () => {
      const { conflicts } = await lay(merged, one('a', '/usr/sbin/tool', 'x'), one('b', '/usr/bin/other', 'y'));
      assert.deepEqual(conflicts, []);
      assert.equal(text('usr/bin/tool'), 'x');
      assert.equal(tree.lookup('usr/sbin')?.type, 'symlink');
    });

    it('moves what is there when it comes later', async () => {
      const { conflicts } = await lay(one('a', '/usr/sbin/tool', 'x'), merged);
      assert.deepEqual(conflicts, []);
      assert.equal(text('usr/bin/tool'), 'x');
      assert.equal(tree.lookup('usr/sbin')?.type, 'symlink');
    });

    it('reports what the two directories both have, and changes nothing', async () => {
      const both = {
        name: 'a',
        files: [
          { path: '/usr/sbin/tool', content: 'x' },
          { path: '/usr/sbin/more', content: 'm' },
          { path: '/usr/bin/tool', content: 'y' },
        ],
      };
      const { conflicts } = await lay(both, merged);
      assert.deepEqual(conflicts, [{ path: 'usr/sbin', reason: 'type' }]);
      assert.equal(text('usr/sbin/more'), 'm');
    });

    it('reports links that lead nowhere', async () => {
      const dangling = { name: 'd', files: [{ path: '/usr/d', link: 'absent' }] };
      const { conflicts } = await lay(one('a', '/usr/d/x', 'x'), dangling);
      assert.deepEqual(conflicts, [{ path: 'usr/d', reason: 'type' }]);
      assert.equal(text('usr/d/x'), 'x');
    });
  });

  it('follows links as a program in the root would', async () => {
    await lay({
      name: 'links',
      files: [
        { path: '/usr/real/x', content: 'x' },
        { path: '/usr/relative', link: 'real' },
        { path: '/usr/absolute', link: '/usr/relative' },
        { path: '/usr/up', link: '../../../../usr/real' },
        { path: '/usr/circle', link: 'circle' },
        { path: '/usr/a', link: 'b' },
        { path: '/usr/b', link: 'a' },
      ],
    });
    assert.equal(resolvePath(tree, 'usr/absolute/x'), 'usr/real/x');
    assert.equal(resolvePath(tree, 'usr/up/x'), 'usr/real/x');
    assert.equal(resolvePath(tree, 'usr/absolute'), 'usr/absolute');
    assert.equal(resolvePath(tree, 'usr/absolute', true), 'usr/real');
    assert.equal(resolvePath(tree, 'usr/circle/x'), null);
    assert.equal(resolvePath(tree, 'usr/a/x'), null);
    assert.equal(resolvePath(tree, 'usr/none/x'), 'usr/none/x');
  });
});
