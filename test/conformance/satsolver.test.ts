import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { CaseResult } from './case.ts';
import { run } from './satsolver.ts';

const history = (version: string) =>
  `<history><update><version>${version}</version><release>1</release></update></history>`;
const SYSTEM = `<channel><subchannel><package><name>A</name>${history('1')}</package></subchannel></channel>`;
const PACKAGES = `<?xml version="1.0"?><channel><!-- <package> --><subchannel>
  <package><name>A</name>${history('2')}<requires><dep name="B" op="&gt;=" version="1" release="1"/></requires></package>
  <package><name>B</name>${history('1')}</package>
  <package><name>C</name>${history('1')}<conflicts><dep name='A'/></conflicts></package>
  <package><name>D</name>${history('1')}<requires><dep name='nowhere'/></requires></package>
</subchannel></channel>`;

describe('conformance satsolver', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ostrata-satsolver-'));
    writeFileSync(join(folder, 'system.xml.gz'), gzipSync(SYSTEM));
    writeFileSync(join(folder, 'packages.xml.gz'), gzipSync(PACKAGES));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function judge(trial: string, solution: string): Promise<CaseResult> {
    const setup = '<system file="system.xml.gz"/><channel name="test" file="packages.xml.gz"/>';
    writeFileSync(join(folder, 'one-test.xml'), `<test><setup>${setup}</setup><trial>${trial}</trial></test>`);
    writeFileSync(join(folder, 'one-test.solution'), solution);
    for await (const result of run(folder)) return result;
    throw new Error('no case was found');
  }

  it('passes the same solution and counts another one', async () => {
    const update = '>!> Solution #1:\n>!> upgrade A-1-1.noarch => A-2-1.noarch[test]\n>!> install B-1-1.noarch[test]\n';
    assert.equal((await judge('<upgrade/>', update)).status, 'passed');
    assert.deepEqual(await judge('<install channel="test" package="B"/>', update), {
      name: 'one-test.xml',
      status: 'skipped',
      reason: 'a solution, but not the same one',
    });
  });

  it('lets installed packages go where satsolver did', async () => {
    const solution = '>!> Solution #1:\n>!> install C-1-1.noarch[test]\n>!> remove A-1-1.noarch\n';
    assert.equal((await judge('<install package="C"/>', solution)).status, 'passed');
  });

  it('fails where there is no solution any more', async () => {
    const result = await judge('<install package="D"/>', '>!> Solution #1:\n>!> install D-1-1.noarch[test]\n');
    assert.equal(result.status, 'failed');
    assert.match(JSON.stringify(result), /nothing provides nowhere/);
    assert.equal((await judge('<install package="D"/>', '>!> 1 problems found:\n')).status, 'passed');
  });

  it('skips what the solver is not told', async () => {
    const result = await judge('<locale name="de"/>', '');
    assert.deepEqual(result, { name: 'one-test.xml', status: 'skipped', reason: '"locale" in a trial' });
  });
});
