import assert from 'node:assert/strict';
import { FIELDS } from '../../../../plugins/treefile/src/model/fields.ts';
import { mergeTreefiles } from '../../../../plugins/treefile/src/model/merge.ts';

describe('treefile mergeTreefiles', () => {
  const merge = (including: object, included: object) => mergeTreefiles({ ...including }, { ...included });

  it('lets the including file win for single values', () => {
    assert.deepEqual(merge({ ref: 'a' }, { ref: 'b', recommends: false }), { ref: 'a', recommends: false });
    assert.deepEqual(merge({ recommends: false }, { recommends: true }), { recommends: false });
    assert.deepEqual(merge({ 'container-cmd': ['a'] }, { 'container-cmd': ['b'] }), { 'container-cmd': ['a'] });
    const checks = { 'check-passwd': { type: 'none' } };
    assert.deepEqual(merge(checks, { 'check-passwd': { type: 'previous' } }), checks);
  });

  it('puts lists of the included file first and keeps doubles', () => {
    assert.deepEqual(merge({ repos: ['a', 'b'] }, { repos: ['c', 'a'] }), { repos: ['c', 'a', 'a', 'b'] });
    assert.deepEqual(merge({}, { units: ['u'] }), { units: ['u'] });
  });

  it('unites sets', () => {
    assert.deepEqual(merge({ packages: ['b', 'c'] }, { packages: ['a', 'c'] }), { packages: ['a', 'b', 'c'] });
    const users = merge({ 'ignore-removed-users': ['z'] }, { 'ignore-removed-users': ['*'] });
    assert.deepEqual(users, { 'ignore-removed-users': ['*', 'z'] });
  });

  it('updates maps by the including file, without going into values', () => {
    const merged = merge(
      { metadata: { deep: { a: 1 }, x: 1 } },
      { metadata: { deep: { b: 2 }, y: 2 }, repovars: { v: '1' } },
    );
    assert.deepEqual(merged, { metadata: { deep: { a: 1 }, x: 1, y: 2 }, repovars: { v: '1' } });
  });

  it('keeps a package only in the last of the repo-packages that name it', () => {
    const merged = merge(
      { 'repo-packages': [{ repo: 'base', packages: ['blah', 'bloo'] }] },
      {
        'repo-packages': [
          { repo: 'foo', packages: ['qwert'] },
          { repo: 'foob', packages: ['blah'] },
          { repo: 'foo2', packages: ['qwert'] },
        ],
      },
    );
    assert.deepEqual(merged['repo-packages'], [
      { repo: 'foo2', packages: ['qwert'] },
      { repo: 'base', packages: ['blah', 'bloo'] },
    ]);
  });

  it('ignores platform-module of an included file, as rpm-ostree does', () => {
    assert.deepEqual(merge({}, { 'platform-module': 'platform:f36' }), {});
  });

  it('changes neither side', () => {
    const [a, b] = [Object.freeze({ packages: ['a'] }), Object.freeze({ packages: ['b'] })];
    mergeTreefiles(a, b);
    assert.deepEqual([a, b], [{ packages: ['a'] }, { packages: ['b'] }]);
  });

  it('has a rule for every field', () => {
    const rules = new Map<string, string[]>();
    for (const [name, { merge: rule }] of Object.entries(FIELDS)) rules.set(rule, [...(rules.get(rule) ?? []), name]);
    assert.deepEqual(rules.get('union'), [
      'packages',
      'override-remove',
      'ignore-removed-users',
      'ignore-removed-groups',
    ]);
    assert.deepEqual(rules.get('package-groups'), ['repo-packages', 'ex-override-replace']);
    assert.deepEqual(
      [...(rules.get('map') ?? [])].sort(),
      [
        'add-commit-metadata',
        'metadata',
        'override-replace-local',
        'packages-local',
        'packages-local-fileoverride',
        'repovars',
        'variables',
      ].sort(),
    );
  });
});
