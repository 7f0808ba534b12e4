import assert from 'node:assert/strict';
import type { Tree } from '@ostrata/core';
import { MemoryStores } from '@ostrata/testkit';
import { resolveInTree } from '../../../../plugins/treefile/src/assemble/paths.ts';
import { failureOf } from '../support/workspace.ts';

describe('treefile resolveInTree', () => {
  let tree: Tree;
  beforeEach(async () => {
    tree = await (await new MemoryStores().ensure('/repo')).openTree(null);
    tree.mkdir('usr/lib', { parents: true });
    tree.writeFile('usr/lib/os-release', 'x');
    tree.symlink('lib', 'usr/lib');
    tree.mkdir('etc');
    tree.symlink('etc/os-release', '../usr/lib/os-release');
    tree.symlink('up', '../../..');
    tree.symlink('loop', 'loop');
    tree.symlink('absolute', '/lib');
  });

  for (const [path, expected] of [
    ['usr/lib/os-release', 'usr/lib/os-release'],
    ['/lib//./os-release', 'usr/lib/os-release'],
    ['etc/os-release', 'etc/os-release'],
    ['absolute/x/y', 'usr/lib/x/y'],
    ['up/etc/x', 'etc/x'],
    ['not/there', 'not/there'],
    ['lib', 'lib'],
    ['loop', 'loop'],
    ['..', ''],
  ] as const) {
    it(`${path} is ${expected || 'the root'}`, () => assert.equal(resolveInTree(tree, path), expected));
  }

  it('follows the last link when asked to', () => {
    assert.equal(resolveInTree(tree, 'etc/os-release', true), 'usr/lib/os-release');
    assert.equal(resolveInTree(tree, 'absolute', true), 'usr/lib');
  });

  it('refuses circles and paths through files', () => {
    assert.equal(failureOf(() => resolveInTree(tree, 'loop/x')).code, 'TREEFILE_PATH');
    assert.equal(failureOf(() => resolveInTree(tree, 'usr/lib/os-release/x')).code, 'TREEFILE_PATH');
  });
});
