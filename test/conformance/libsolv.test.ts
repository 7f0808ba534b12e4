import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sharedData } from '../support/shared.ts';
import type { CaseResult } from './case.ts';
import { run } from './libsolv.ts';

const WORLD = `repo system 0 testtags <inline>
#>=Pkg: a 1 1 noarch
#>=Vnd: here
repo available 0 testtags <inline>
#>=Pkg: a 2 1 noarch
#>=Vnd: here
#>=Req: b & c
#>=Pkg: a 3 1 noarch
#>=Vnd: elsewhere
#>=Pkg: b 1 1 noarch
#>=Pkg: c 1 1 noarch
system unset rpm system
`;
const UPDATED = `result transaction,problems <inline>
#>install b-1-1.noarch@available
#>install c-1-1.noarch@available
#>upgrade a-1-1.noarch@system a-2-1.noarch@available
`;

async function results(folder: string): Promise<CaseResult[]> {
  const all: CaseResult[] = [];
  for await (const result of run(folder)) all.push(result);
  return all;
}

describe('conformance libsolv', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ostrata-libsolv-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function judge(text: string): Promise<CaseResult[]> {
    writeFileSync(join(folder, 'case.t'), WORLD + text);
    return results(folder);
  }

  it('judges every job of a case by what comes and goes', async () => {
    const found = await judge(`job update all packages\n${UPDATED}nextjob\njob install name b\n${UPDATED}`);
    assert.deepEqual(found, [
      { name: 'case.t #1', status: 'passed' },
      {
        name: 'case.t #2',
        status: 'failed',
        reason: 'does not install c-1-1.noarch@available, a-2-1.noarch@available',
      },
    ]);
  });

  it('takes flags for the jobs they stand with', async () => {
    const changed = `result transaction,problems <inline>\n#>upgrade a-1-1.noarch@system a-3-1.noarch@available\n`;
    const flagged = `solverflags allowvendorchange\njob update name a\n${changed}nextjob\njob update name a\n${UPDATED}`;
    assert.deepEqual(
      (await judge(flagged)).map(({ status }) => status),
      ['passed', 'passed'],
    );
  });

  it('wants a problem where libsolv has one', async () => {
    const found = await judge('job install name z\nresult transaction,problems <inline>\n#>problem 1 info nothing\n');
    assert.deepEqual(found, [{ name: 'case.t #1', status: 'passed' }]);
    const none = await judge('job install name b\nresult transaction,problems <inline>\n#>problem 1 info nothing\n');
    assert.deepEqual(none, [{ name: 'case.t #1', status: 'failed', reason: 'finds no problem' }]);
  });

  it('asks about the machine what namespace lines answer', async () => {
    const supplement = `repo more 0 testtags <inline>
#>=Ver: 2
#>=Pkg: a-de 1 1 noarch
#>=Prv: locale(a:de)
`;
    const job = 'job install provides namespace:language(de)\n';
    const comes = 'result transaction,problems <inline>\n#>install a-de-1-1.noarch@more\n';
    const nothing = 'result transaction,problems <inline>\n';
    const found = await judge(
      `${supplement}${job}${nothing}nextjob\nnamespace namespace:language(de) @SYSTEM\n${job}${comes}nextjob\n${job}${nothing}`,
    );
    assert.deepEqual(
      found.map(({ status }) => status),
      ['passed', 'passed', 'failed'],
    );
  });

  it('compares rules, and how dependencies are read', async () => {
    const rules = (literal: string) =>
      `job install name b\nresult rules <inline>\n#>rule job 1  b-1-1.noarch@available\n${literal}nextjob\n`;
    const notation = (operator: string) =>
      `genid dep a & b\nresult genid <inline>\n#>genid  1: genid lit a\n#>genid  2: genid lit b\n#>genid  3: genid op ${operator}\nnextjob\n`;
    const found = await judge(
      `${rules('')}${rules('#>rule job 1  c-1-1.noarch@available\n')}${notation('&')}${notation('|')}`,
    );
    assert.deepEqual(
      found.map(({ status }) => status),
      ['failed', 'failed', 'passed', 'failed'],
    );
    assert.match((found[0] as { reason: string }).reason, /make the rules? pkg: -a-2-1/);
  });

  it('skips with a reason what it does not judge', async () => {
    const found = await judge('solverflags urpmreorder\njob install name b\nresult transaction,problems <inline>\n');
    assert.deepEqual(found, [{ name: 'case.t #1', status: 'skipped', reason: 'the flag "urpmreorder"' }]);
  });
});

describe("conformance libsolv on libsolv's own cases (needs ../shared)", () => {
  it('agrees with all that hold transactions, rules or dependencies', async function () {
    const cases = sharedData('solver', 'libsolv-testcases');
    if (cases === undefined) this.skip();
    const judged = await results(cases);
    assert.deepEqual(
      judged.filter(({ status }) => status === 'failed'),
      [],
    );
    assert.ok(judged.filter(({ status }) => status === 'passed').length >= 175);
  });
});
