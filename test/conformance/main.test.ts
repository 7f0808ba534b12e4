import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

function conformance(...args: string[]): { status: number | null; lines: string[] } {
  const main = join(import.meta.dirname, 'main.ts');
  const { status, stdout } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
  return { status, lines: stdout.trimEnd().split('\n') };
}

describe('npm run conformance', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ostrata-conformance-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('names failures and closes with the totals', () => {
    writeFileSync(join(folder, 'rpmvercmp.tsv'), '1.0\t1.1\t-1\n1.0\t1.1\t1\n');
    writeFileSync(join(folder, 'apk-version.data'), '');
    const { status, lines } = conformance('versions', folder);
    assert.equal(status, 1);
    assert.deepEqual(lines, [
      'FAILED rpmvercmp.tsv:2: 1.0 ? 1.1 is 1, and not -1',
      'skipped 1: orders versions of another package format',
      '1 passed, 1 failed, 1 skipped',
    ]);
  });

  it('ends well when nothing failed, and names what was skipped if asked', () => {
    writeFileSync(join(folder, 'rpmvercmp.tsv'), '1.0\t1.1\t-1\n');
    writeFileSync(join(folder, 'apk-version.data'), '');
    const { status, lines } = conformance('versions', folder, '--verbose');
    assert.equal(status, 0);
    assert.deepEqual(lines, [
      'skipped apk-version.data: orders versions of another package format',
      '1 passed, 0 failed, 1 skipped',
    ]);
  });

  it('takes the second path of a module that has one', () => {
    writeFileSync(
      join(folder, 'cases.jsonl'),
      '{"id":"a","weak":true,"jobs":[],"result":["install a-1-1.noarch@AppStream"]}',
    );
    const { lines } = conformance('centos', join(folder, 'cases.jsonl'), folder);
    assert.deepEqual(lines, [`${folder} has no repository "AppStream"`]);
  });

  it('says what is wrong with the command line', () => {
    assert.match(conformance().lines.join('\n'), /NAME is one of: .*rpms, .*versions/);
    assert.match(conformance('nothing', folder).lines.join('\n'), /^usage/);
    assert.match(conformance('versions', join(folder, 'absent')).lines[0] ?? '', /absent does not exist/);
    assert.match(conformance('versions', folder, '--oracle', 'x').lines[0] ?? '', /--oracle/);
    assert.equal(conformance('rpms', folder, '--oracle', folder).status, 2);
    assert.match(conformance('versions', folder, 'x').lines[0] ?? '', /'x'/);
    assert.match(conformance('centos', folder, 'x', 'y').lines[0] ?? '', /"y" is one word too many/);
  });
});
