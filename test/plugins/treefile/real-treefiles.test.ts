import assert from 'node:assert/strict';
import { run } from '../../conformance/treefiles.ts';
import { sharedData } from '../../support/shared.ts';
import { Workspace } from './support/workspace.ts';

const resultsOf = async (path: string) => {
  const results = [];
  for await (const result of run(path, {})) results.push(result);
  return results;
};

describe('treefiles of distributions (needs ../shared)', () => {
  it('flatten, or are used by others, or are refused for a documented field', async function () {
    const path = sharedData('treefiles');
    if (path === undefined) return this.skip();
    const results = await resultsOf(path);
    assert.deepEqual(
      results.filter(({ status }) => status === 'failed'),
      [],
    );
    assert.ok(results.filter(({ status }) => status === 'passed').length >= 150);
  });
});

describe('conformance treefiles', () => {
  it('tells treefiles and lockfiles from other files, and those that are wrong from those that are right', async () => {
    const workspace = new Workspace({
      'top.yaml': 'include: sub/inc.yaml\nostree-layers: [a]',
      'sub/inc.yaml': 'packages: [a]',
      'sub/other.yaml': 'jobs: {}\non: push',
      'wrong.yaml': 'packages: [a]\nrepos: [b]\npackagez: [c]',
      'lock.json': '{"packages": {"a": {"evra": "1-1.x86_64"}}}',
      'lock-wrong.json': '{"packages": {"a": {}}}',
      'broken.yaml': 'a: [',
      'gone.yaml': 'include: nowhere.yaml\nref: a',
    });
    try {
      const results = await resultsOf(workspace.directory);
      assert.deepEqual(Object.fromEntries(results.map(({ name, status }) => [name, status])), {
        'broken.yaml': 'failed',
        'gone.yaml': 'skipped',
        'lock-wrong.json': 'failed',
        'lock.json': 'passed',
        'sub/inc.yaml': 'passed',
        'sub/other.yaml': 'skipped',
        'top.yaml': 'passed',
        'wrong.yaml': 'failed',
      });
    } finally {
      workspace.remove();
    }
  });
});
