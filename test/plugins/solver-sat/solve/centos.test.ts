import assert from 'node:assert/strict';
import { run } from '../../../conformance/centos.ts';
import { sharedData } from '../../../support/shared.ts';

/** The conformance runner judges all of them. */
const ENOUGH = 40;

describe('solve on CentOS Stream 9 (needs ../shared)', () => {
  it('gives the transactions of libsolv', async function () {
    this.timeout(60_000);
    const cases = sharedData('oracle', 'solver-centos9', 'cases.jsonl');
    if (cases === undefined) this.skip();
    let judged = 0;
    for await (const result of run(cases, {})) {
      assert.equal(result.status, 'passed', JSON.stringify(result));
      if (++judged === ENOUGH) break;
    }
    assert.ok(judged > 0);
  });
});
