import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sharedData } from '../support/shared.ts';
import type { CaseResult } from './case.ts';
import { run } from './versions.ts';

async function results(path: string): Promise<CaseResult[]> {
  const found: CaseResult[] = [];
  for await (const result of run(path)) found.push(result);
  return found;
}

describe('conformance versions', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ostrata-conformance-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('judges each line and skips the files of other formats by name', async () => {
    writeFileSync(join(folder, 'rpmvercmp.tsv'), '1.0\t1.1\t-1\n1.0\t1.1\t1\n\nnonsense\n');
    writeFileSync(join(folder, 'oracle-dpkg-pairs.tsv'), '1\t2\t-1\n');
    const found = await results(folder);
    assert.deepEqual(
      found.map(({ name, status }) => [name, status]),
      [
        ['oracle-dpkg-pairs.tsv', 'skipped'],
        ['rpmvercmp.tsv:1', 'passed'],
        ['rpmvercmp.tsv:2', 'failed'],
        ['rpmvercmp.tsv:4', 'failed'],
      ],
    );
    assert.equal((await results(join(folder, 'rpmvercmp.tsv'))).length, 3);
  });

  it('orders as rpm does, every pair (needs ../shared)', async function () {
    const path = sharedData('versions');
    if (!path) return this.skip();
    const found = await results(path);
    assert.deepEqual(
      found.filter(({ status }) => status === 'failed'),
      [],
    );
    assert.ok(found.filter(({ status }) => status === 'passed').length > 4000);
  });
});
