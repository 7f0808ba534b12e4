import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sharedData } from '../support/shared.ts';
import type { CaseResult } from './case.ts';
import { run } from './rpms.ts';

const FIXTURES = join(import.meta.dirname, '..', 'plugins', 'repo-rpm', 'codec', 'fixtures');

async function results(path: string, options: Record<string, string> = {}): Promise<CaseResult[]> {
  const found: CaseResult[] = [];
  for await (const result of run(path, options)) found.push(result);
  return found;
}

function reasons(found: readonly CaseResult[]): string[] {
  return found.flatMap((result) => (result.status === 'passed' ? [] : [`${result.name}: ${result.reason}`]));
}

describe('conformance rpms', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ostrata-conformance-'));
    mkdirSync(join(folder, 'rpms'));
    mkdirSync(join(folder, 'oracle'));
    cpSync(join(FIXTURES, 'hardlinks.rpm'), join(folder, 'rpms', 'a.rpm'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const withOracle = (files: Record<string, string>) => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'oracle', name), text);
    return results(join(folder, 'rpms'), { oracle: join(folder, 'oracle') });
  };

  it('passes packages that agree with themselves when there is no oracle', async () => {
    assert.deepEqual(reasons(await results(FIXTURES)), []);
    writeFileSync(join(folder, 'rpms', 'b.rpm'), 'not a package');
    const [a, b] = await results(join(folder, 'rpms'));
    assert.equal(a?.status, 'passed');
    assert.ok(b?.status === 'failed' && b.reason.startsWith('RPM_NOT_A_PACKAGE'));
  });

  it('skips by name what the oracle does not know', async () => {
    const [result] = await withOracle({ 'query.txt': '== other.rpm\n' });
    assert.ok(result?.status === 'skipped' && result.reason.includes('oracle'));
  });

  it('refuses an oracle that holds nothing', async () => {
    await assert.rejects(withOracle({ 'unrelated.txt': 'x' }), /holds no answers/);
  });

  it('fails when rpm refuses what was read, and passes when both refuse', async () => {
    const refusal = { 'headers.json.txt': '{"file":"a.rpm","rpm":null}\n' };
    assert.equal((await withOracle(refusal))[0]?.status, 'failed');
    writeFileSync(join(folder, 'rpms', 'a.rpm'), 'not a package');
    assert.equal((await withOracle(refusal))[0]?.status, 'passed');
  });

  const wrong: Record<string, [string, string, RegExp]> = {
    header: ['headers.json.txt', '{"file":"a.rpm","rpm":{"Name":"other"}}\n', /header: Name is "other"/],
    query: ['query.txt', '== a.rpm\nother-1.0-1.noarch|(none)|1|(none)\n', /query: expected other-1\.0/],
    listing: [
      'cpio.txt',
      '== a.rpm\n-rw-r--r--   1 0        0              11 Apr  9  2023 ./other\n',
      /payload: expected .*\.\/other/,
    ],
    verdict: [
      'sigcheck.txt',
      './a.rpm:\n    Header SHA256 digest: BAD (Expected 1 != 2)\n',
      /Header SHA256 digest is BAD/,
    ],
    signature: ['sigcheck.txt', './a.rpm:\n    Header V4 RSA/SHA256 Signature, key ID 12345678: NOKEY\n', /is missing/],
  };
  for (const [what, [file, text, reason]] of Object.entries(wrong)) {
    it(`notices another ${what}`, async () => {
      const [result] = await withOracle({ [file]: text });
      assert.ok(result?.status === 'failed');
      assert.match(result.reason, reason);
    });
  }

  it('agrees with rpm on every package of the collection (needs ../shared)', async function () {
    const [path, oracle, keys] = [sharedData('rpms'), sharedData('oracle', 'rpm'), sharedData('rpm-keys')];
    if (!path || !oracle || !keys) return this.skip();
    for (const options of [{ oracle }, { oracle, keys }]) {
      const found = await results(path, options);
      assert.deepEqual(reasons(found), []);
      assert.ok(found.length > 400);
    }
  });

  it('reads whole every package made from the specs of rpm (needs ../shared)', async function () {
    const path = sharedData('rpms-built-from-rpm-specs');
    if (!path) return this.skip();
    const found = await results(path);
    assert.deepEqual(reasons(found), []);
    assert.ok(found.length > 60);
  });
});
