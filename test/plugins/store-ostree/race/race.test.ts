import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasOstree, ostree, temporary } from '../support.ts';
import type { Program } from './program.ts';

const SECONDS = Number(process.env['OSTRATA_RACE_SECONDS'] ?? 3);

const PROGRAM = join(import.meta.dirname, 'program.ts');

/** The same with the real tool: $1 repository, $2 directory, $3 ref, $4 the file that says stop, $5 how often it prunes. */
const SCRIPT = `
round=0
while [ ! -e "$4" ]; do
  echo "$3 $round" > "$2/changing"
  echo "$round" > "$2/common"
  ostree --repo="$1" commit --timestamp=@$round -b "$3/$((round % 3))" "$2" > /dev/null
  [ $((round % 5)) -ne 4 ] || ostree --repo="$1" refs --delete "$3/$((round % 3))"
  [ $((round % $5)) -ne 0 ] || ostree --repo="$1" prune --refs-only > /dev/null
  round=$((round + 1))
done
echo $round`;

/** What a program printed when it has ended well. */
function ended(child: ChildProcess): Promise<string> {
  let [output, problem] = ['', ''];
  child.stdout!.on('data', (text) => {
    output += text;
  });
  child.stderr!.on('data', (text) => {
    problem += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve(output) : reject(new Error(`${code}: ${problem}`))));
  });
}

describe('OSTree writers side by side (needs ostree)', function () {
  this.timeout((SECONDS + 60) * 1000);
  before(function () {
    if (!hasOstree) this.skip();
  });
  const tmp = temporary();

  function directory(name: string): string {
    const path = tmp.in(name);
    mkdirSync(join(path, 'a/b'), { recursive: true });
    for (let number = 0; number < 20; number++) writeFileSync(join(path, 'a', `same-${number}`), String(number));
    writeFileSync(join(path, 'a/b/own'), name);
    return path;
  }

  const program = (ref: string, pruneEvery: number): Program => ({
    repository: tmp.in('repo'),
    directory: directory(ref),
    ref,
    stop: tmp.in('stop'),
    pruneEvery,
  });

  const ours = (ref: string, pruneEvery: number) =>
    ended(spawn(process.execPath, [PROGRAM, JSON.stringify(program(ref, pruneEvery))]));

  const theirs = (ref: string, pruneEvery: number) => {
    const { repository, directory, stop } = program(ref, pruneEvery);
    return ended(spawn('/bin/sh', ['-euc', SCRIPT, 'sh', repository, directory, ref, stop, String(pruneEvery)]));
  };

  async function assertWhole(programs: readonly Promise<string>[]): Promise<void> {
    await Promise.race([sleep(SECONDS * 1000), ...programs]);
    writeFileSync(tmp.in('stop'), '');
    const rounds = (await Promise.all(programs)).map(Number);
    assert.ok(
      rounds.every((count) => count > 0),
      String(rounds),
    );
    ostree(tmp.in('repo'), 'fsck', '-q');
    const refs = ostree(tmp.in('repo'), 'refs').split('\n');
    assert.ok(refs.length > 0);
    for (const ref of refs) ostree(tmp.in('repo'), 'ls', '-R', ref);
    assert.deepEqual(
      readdirSync(tmp.in('repo/tmp')).filter((name) => name !== 'cache'),
      [],
    );
  }

  for (const mode of ['archive', 'bare-user']) {
    it(`commit and prune in a ${mode} repository while ostree does`, async () => {
      ostree(tmp.in('repo'), 'init', `--mode=${mode}`);
      appendFileSync(tmp.in('repo/config'), 'fsync=false\n');
      await assertWhole([ours('ours', 4), theirs('theirs', 7)]);
    });
  }

  it('commit and prune while another ostrata does', async () => {
    ostree(tmp.in('repo'), 'init', '--mode=archive');
    appendFileSync(tmp.in('repo/config'), 'fsync=false\n');
    await assertWhole([ours('one', 4), ours('two', 7)]);
  });
});
