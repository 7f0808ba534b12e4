import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_IMAGE, EMPTY_INTENT, type Halt, type Request } from '@ostrata/core';
import { checkTarget } from '../../../plugins/store-ostree/src/store/check-target.ts';

describe('the repository that a commit is for', () => {
  const work = mkdtempSync(join(tmpdir(), 'ostrata-target-'));
  after(() => rmSync(work, { recursive: true, force: true }));

  const request = (target: string | null, until: Halt = 'commit'): Request => ({
    command: 'test',
    from: 'fetch',
    until,
    store: { work: join(work, 'work'), target },
    base: null,
    sources: [],
    intent: { ...EMPTY_INTENT, arch: 'x86_64' },
    image: DEFAULT_IMAGE,
    commit: { parent: null, timestamp: null, force: false },
    cacheOnly: false,
    deploy: null,
    extras: {},
  });
  const unwritable = { code: 'OSTREE_REPO_UNWRITABLE' };

  it('may be there or not yet, and is not made', () => {
    mkdirSync(join(work, 'there'));
    for (const target of [null, join(work, 'there'), join(work, 'not/yet')]) checkTarget(request(target));
    assert.equal(existsSync(join(work, 'not')), false);
  });

  it('is no file, nor below one', () => {
    writeFileSync(join(work, 'file'), '');
    assert.throws(() => checkTarget(request(join(work, 'file'))), unwritable);
    assert.throws(() => checkTarget(request(join(work, 'file/repo'))), unwritable);
  });

  it('is writable (needs setpriv when run as root)', function () {
    chmodSync(work, 0o755);
    mkdirSync(join(work, 'closed'), { mode: 0o555 });
    const module = join(import.meta.dirname, '../../../plugins/store-ostree/src/store/check-target.ts');
    const value = JSON.stringify(request(join(work, 'closed/repo')));
    const code = `import(${JSON.stringify(module)}).then((m) => m.checkTarget(${value})).catch((e) => console.log(e.code))`;
    const drop = process.geteuid?.() === 0 ? ['setpriv', '--reuid=65534', '--clear-groups'] : [];
    const [program = '', ...args] = [...drop, process.execPath, '-e', code];
    const { status, stdout } = spawnSync(program, args, { encoding: 'utf8', cwd: '/' });
    // Somebody else may not be able to read this checkout at all.
    if (status !== 0 || /NOT_FOUND|EACCES/.test(stdout)) this.skip();
    assert.equal(stdout.trim(), 'OSTREE_REPO_UNWRITABLE');
  });

  it('does not matter where no commit is made', () => {
    for (const until of ['request', 'resolve', 'download', 'acquire'] as const)
      checkTarget(request(join(work, 'file'), until));
  });
});
