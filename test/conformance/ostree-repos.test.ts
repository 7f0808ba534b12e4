import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missing, tool } from '../support/tools.ts';
import type { CaseResult } from './case.ts';
import { run } from './ostree-repos.ts';

async function results(path: string, options: Record<string, string> = {}): Promise<CaseResult[]> {
  const found: CaseResult[] = [];
  for await (const result of run(path, options)) found.push(result);
  return found;
}

const reasons = (found: readonly CaseResult[]): string[] =>
  found.map((result) => (result.status === 'passed' ? result.name : `${result.name}: ${result.reason}`));

describe('conformance ostree-repos (needs ostree, tar)', () => {
  let folder: string;
  let commit: string;
  const repos = () => join(folder, 'repos');
  const ostree = (...args: string[]) => tool(['ostree', `--repo=${repos()}/one`, ...args]);
  const oracle = (text: string) => {
    const file = join(folder, 'oracle.txt');
    writeFileSync(file, text);
    return { oracle: file };
  };
  const answer = (change = (text: string) => text) => {
    const refs = `-- ref main ${commit}\n${ostree('log', 'main')}${ostree('ls', '-R', '-C', 'main')}`;
    return change(`=== REPO ./collected/one mode=archive-z2 objects=5\nno errors found.\n${refs}`);
  };

  before(function () {
    if (missing('ostree', 'tar').length > 0) this.skip();
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ostrata-conformance-'));
    mkdirSync(join(folder, 'tree', 'directory'), { recursive: true });
    writeFileSync(join(folder, 'tree', 'directory', 'file'), 'text');
    mkdirSync(repos());
    ostree('init', '--mode=archive');
    ostree('commit', '-b', 'main', '--timestamp=@1700000000', '--canonical-permissions', join(folder, 'tree'));
    commit = ostree('commit', '-b', 'main', '--timestamp=@1700000001', '-s', 'second', join(folder, 'tree')).trim();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('passes what ostree says, in directories and in archives', async () => {
    const both = `${answer()}${answer((text) => text.replace('/one ', '/packed.x/one '))}`;
    tool(['tar', '-C', repos(), '-czf', join(repos(), 'packed.tar.gz'), 'one']);
    assert.deepEqual(reasons(await results(repos(), oracle(both))), ['one', 'packed.x/one']);
    assert.deepEqual(reasons(await results(repos())), ['one', 'packed.x/one']);
  });

  it('fails where log, listing, refs or verdict differ', async () => {
    const fails = async (change: (text: string) => string, expected: RegExp) => {
      const [result] = await results(repos(), oracle(answer(change)));
      assert.ok(result?.status === 'failed', 'it passed');
      assert.match(result.reason, expected);
    };
    await fails((text) => text.replace(/^Date:.*/m, 'Date:  2001-01-01 00:00:00 +0000'), /expected 978307200/);
    await fails((text) => text.replace(/^Parent:.*\n/m, ''), /expected the parent null/);
    await fails((text) => text.replace('-- ref main', '-- ref other'), /ref other: .*; ref main: ostree has none/);
    await fails((text) => text.replace(' /directory/file', ' /directory/other'), /listing of main/);
    await fails((text) => `${text}-00644 0 0 0 ${commit} /last\n`, /\/last is missing/);
    await fails((text) => text.replace('no errors found.', `error: ${commit} is broken`), /found: no error/);
    await fails((text) => text.replace(/^-00.*\n/m, 'error: No such file: /..\n'), /main was listed.*checked out/s);
  });

  it('wants what ostree finds corrupt to be found, and names what is missing on either side', async () => {
    const file = /(\S{64}) \/directory\/file/.exec(ostree('ls', '-R', '-C', 'main'))![1]!;
    const path = join(repos(), 'one/objects', file.slice(0, 2), `${file.slice(2)}.filez`);
    cpSync(join(repos(), 'one'), join(repos(), 'stranger'), { recursive: true });
    writeFileSync(path, readFileSync(path).subarray(0, -1));
    const text = answer((good) => good.replace('no errors found.', `error: object ${file}: Need more input`));
    const gone = '=== REPO ./gone mode=bare objects=0\n';
    assert.deepEqual(reasons(await results(repos(), oracle(text + gone))), [
      'one',
      'stranger: the oracle has no answer for it',
      'gone: the repository is not there',
    ]);
  });
});
