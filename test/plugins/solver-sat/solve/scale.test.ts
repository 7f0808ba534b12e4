import assert from 'node:assert/strict';
import type { CaseResult } from '../../../conformance/case.ts';
import { run } from '../../../conformance/scale.ts';
import { debianRepository, debianRepositoryLacks } from '../../../support/debian-rpmmd.ts';
import { hasPythonSolv } from '../../../support/libsolv-rpmmd.ts';

describe('solve over all packages of Debian (needs ../shared, apt, lz4, python3-solv)', () => {
  it('gives the sets of libsolv for desktops', async function () {
    this.timeout(180_000);
    if (debianRepositoryLacks() !== null || !hasPythonSolv()) this.skip();
    const results: CaseResult[] = [];
    for await (const result of run(debianRepository(), {})) results.push(result);
    assert.equal(results.length, 6);
    for (const result of results) {
      assert.equal(result.status, 'passed', JSON.stringify(result));
      assert.ok(Number(/: (\d+) packages$/.exec(result.name)?.[1]) > 500, result.name);
    }
  });
});
