import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasOstree, isRoot, ostree, run, temporary } from '../support.ts';
import type { Program } from './program.ts';

/** Points at which a writer is killed in a normal run; all of them when there is more time. */
const LONG = process.env['OSTRATA_RACE_SECONDS'] !== undefined;
const POINTS = LONG ? Infinity : 3;

const PROGRAM = join(import.meta.dirname, 'program.ts');

describe('OSTree writers that are killed (needs ostree)', function () {
  this.timeout(LONG ? 30 * 60_000 : 60_000);
  before(function () {
    if (!hasOstree) this.skip();
  });
  const tmp = temporary();

  function start(program: Program): { signal: string | null; commit: string | null; calls: number } {
    const { signal, stdout, stderr, status } = spawnSync(process.execPath, [PROGRAM, JSON.stringify(program)], {
      encoding: 'utf8',
    });
    assert.ok(signal === 'SIGKILL' || status === 0, stderr);
    return { signal, ...(signal ? { commit: null, calls: 0 } : JSON.parse(stdout)) };
  }

  function writeTree(version: string): string {
    const path = tmp.in(version);
    mkdirSync(join(path, 'a/b'), { recursive: true });
    for (const name of ['one', 'two', 'a/three', 'a/b/four']) writeFileSync(join(path, name), `${version} ${name}`);
    writeFileSync(join(path, 'a/same'), 'same');
    return path;
  }

  function prepare(mode: string): { repository: string; source: string } {
    const repository = tmp.in('prepared');
    ostree(repository, 'init', `--mode=${mode}`);
    appendFileSync(join(repository, 'config'), 'fsync=false\n');
    ostree(repository, 'commit', '-b', 'old', '--timestamp=@1', writeTree('first'));
    ostree(repository, 'commit', '-b', 'gone', '--timestamp=@1', writeTree('third'));
    return { repository, source: writeTree('second') };
  }

  /** What the next run should have removed. Single files in tmp/ go when they are a day old, as libostree has it. */
  function leftovers(repository: string): string[] {
    const refs = readdirSync(join(repository, 'refs'), { recursive: true, encoding: 'utf8' });
    const temporaries = readdirSync(join(repository, 'tmp')).filter((name) => name !== 'cache' && !/^ref-/.test(name));
    return [...refs.filter((name) => /(^|\/)\./.test(name)), ...temporaries];
  }

  /** Whole: ostree finds no error, and each ref leads to a commit that can be read to its end. */
  function assertWhole(repository: string): void {
    ostree(repository, 'fsck', '-q');
    for (const ref of ostree(repository, 'refs').split('\n')) ostree(repository, 'ls', '-R', ref);
  }

  function killEverywhere(prepared: string, program: Omit<Program, 'kill' | 'repository'>): void {
    const repository = tmp.in('repo');
    const again = () => {
      rmSync(repository, { recursive: true, force: true });
      run('cp', '-a', prepared, repository);
    };
    again();
    const whole = start({ ...program, repository, kill: null });
    assertWhole(repository);
    const step = Math.max(1, whole.calls / POINTS);
    let killed = 0;
    for (let point = 0; point < whole.calls; point += step) {
      again();
      const kill = Math.floor(point);
      killed += start({ ...program, repository, kill }).signal === null ? 0 : 1;
      assertWhole(repository);
      // The next run takes over what the killed one left, comes to the same end and leaves nothing.
      assert.equal(start({ ...program, repository, kill: null }).commit, whole.commit, `killed at ${kill}`);
      assertWhole(repository);
      assert.deepEqual(leftovers(repository), [], `killed at ${kill} of ${whole.calls}`);
    }
    assert.ok(killed >= Math.min(POINTS, whole.calls) - 1, `${killed} were killed`);
  }

  for (const mode of LONG ? ['archive', 'bare-user', ...(isRoot ? ['bare'] : [])] : ['archive']) {
    it(`leave a whole ${mode} repository when they commit`, () => {
      const { repository, source } = prepare(mode);
      killEverywhere(repository, { action: 'commit', from: source });
      assert.equal(ostree(tmp.in('repo'), 'rev-parse', 'new'), ostree(tmp.in('repo'), 'rev-parse', 'old'));
    });
  }

  it('leave a whole repository when they pull', () => {
    const { repository: source } = prepare('archive');
    const target = tmp.in('target');
    ostree(target, 'init', '--mode=bare-user');
    appendFileSync(join(target, 'config'), 'fsync=false\n');
    ostree(target, 'commit', '-b', 'own', '--timestamp=@1', tmp.in('third'));
    killEverywhere(target, { action: 'pull', from: source });
  });

  it('leave a whole repository when they prune', () => {
    const { repository } = prepare('archive');
    const before = ostree(repository, 'rev-parse', 'gone');
    killEverywhere(repository, { action: 'prune', from: '' });
    assert.throws(() => ostree(tmp.in('repo'), 'show', before));
  });
});
