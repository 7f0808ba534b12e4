import assert from 'node:assert/strict';
import { commitMetadata, variantOf } from '../../../../plugins/treefile/src/request/metadata.ts';
import { failureOf } from '../support/workspace.ts';

describe('treefile commit metadata', () => {
  it('has the types that json-glib gives JSON values', () => {
    assert.deepEqual(variantOf({ s: 'x', b: true, x: 1000, d: 1.5, av: ['a', 1], m: null, e: {} }), {
      type: 'a{sv}',
      value: [
        ['s', { type: 's', value: 'x' }],
        ['b', { type: 'b', value: true }],
        ['x', { type: 'x', value: 1000 }],
        ['d', { type: 'd', value: 1.5 }],
        [
          'av',
          {
            type: 'av',
            value: [
              { type: 's', value: 'a' },
              { type: 'x', value: 1 },
            ],
          },
        ],
        ['m', { type: 'mv', value: null }],
        ['e', { type: 'a{sv}', value: [] }],
      ],
    });
  });

  it('takes the version out and lists in', () => {
    const metadata = commitMetadata({
      'add-commit-metadata': { a: 1, version: '3' },
      'container-cmd': ['/bin/bash'],
      'initramfs-args': ['--x'],
    });
    assert.deepEqual(metadata, {
      a: { type: 'x', value: 1 },
      'ostree.container-cmd': { type: 'as', value: ['/bin/bash'] },
      'rpmostree.initramfs-args': { type: 'as', value: ['--x'] },
    });
  });

  it('refuses keys that say how the commit was made', () => {
    const run = () => commitMetadata({ 'add-commit-metadata': { 'rpmostree.inputhash': 'x' } });
    assert.equal(failureOf(run).code, 'TREEFILE_METADATA');
  });
});
