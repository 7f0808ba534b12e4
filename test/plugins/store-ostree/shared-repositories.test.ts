import assert from 'node:assert/strict';
import { run } from '../../conformance/ostree-repos.ts';
import { sharedData } from '../../support/shared.ts';
import { hasTool } from './support.ts';

describe('OSTree repositories of others (needs ../shared, tar)', () => {
  const path = sharedData('ostree');
  const oracle = sharedData('oracle', 'ostree', 'fsck-log-ls.txt');

  it('gives the refs, logs, listings and verdicts of ostree, and refuses what it refuses', async function () {
    if (!path || !oracle || !hasTool('tar', '--version')) this.skip();
    this.timeout(60_000);
    const problems: string[] = [];
    let passed = 0;
    for await (const result of run(path, { oracle })) {
      if (result.status === 'passed') passed++;
      else if (result.status === 'failed') problems.push(`${result.name}: ${result.reason}`);
    }
    assert.deepEqual(problems, []);
    assert.ok(passed > 0);
  });
});
