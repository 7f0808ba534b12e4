import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandInput, Context, Outcome } from '@ostrata/contract';
import { testEnvironment } from '@ostrata/testkit';
import { cancel } from '../../../plugins/client/src/transaction/cancel.ts';
import { history } from '../../../plugins/client/src/transaction/history.ts';
import { noteDeployment, readHistory } from '../../../plugins/client/src/transaction/history-file.ts';
import { runningTransaction } from '../../../plugins/client/src/transaction/holder.ts';

const startOf = (pid: number): string =>
  readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')[19]!;

describe('client: transactions', () => {
  let environment: ReturnType<typeof testEnvironment>;
  let ctx: Context;
  let warnings: string[];
  beforeEach(() => {
    environment = testEnvironment();
    warnings = [];
    const progress = { message: () => {}, warning: (code: string) => warnings.push(code) };
    ctx = {
      environment,
      progress,
      now: () => 1_700_000_000,
      signal: new AbortController().signal,
    } as unknown as Context;
  });
  afterEach(() => environment[Symbol.dispose]());

  const hold = (holder: unknown) =>
    writeFileSync(join(environment.stateDir, 'lock-holder'), `${JSON.stringify(holder)}\n`);
  const outcome = (serial: number, more: object = {}): Outcome =>
    ({
      status: 'done',
      deployment: { id: `os-abc.${serial}`, state: 'staged', target: { sysroot: '/mnt', commit: 'abc' } },
      commit: { meta: { metadata: { version: { type: 's', value: '40' } } } },
      ...more,
    }) as unknown as Outcome;

  it('one is under way while its process lives, and not where another process has got its number', () => {
    const holder = { pid: process.pid, command: 'ostrata upgrade', since: 1 };
    assert.equal(runningTransaction(ctx), null);
    hold({ ...holder, start: startOf(process.pid) });
    assert.deepEqual(runningTransaction(ctx), holder);
    hold({ ...holder, start: '1' });
    assert.equal(runningTransaction(ctx), null);
    hold({ ...holder, pid: 2 ** 22 + 1, start: '1' });
    assert.equal(runningTransaction(ctx), null);
    for (const broken of [null, 7, [], { pid: 'x' }, { ...holder, since: null }]) {
      hold(broken);
      assert.equal(runningTransaction(ctx), null, JSON.stringify(broken));
    }
  });

  it('cancel: asks the process, waits until it has ended, and says so where it was complete', async () => {
    await assert.rejects(cancel(ctx), { code: 'CLIENT_CANCEL' });
    for (const completes of [false, true]) {
      const child = spawn(process.execPath, [
        '-e',
        "process.on('SIGTERM', () => setTimeout(() => process.exit(), 300)); console.log(); setInterval(() => {}, 999)",
      ]);
      await once(child.stdout, 'data');
      const pid = child.pid!;
      hold({ pid, start: startOf(pid), command: 'ostrata install a', since: 1_600_000_000 });
      if (completes) noteDeployment(outcome(0), ctx);
      const { data } = await cancel(ctx);
      assert.ok(child.exitCode === 0 || child.exitCode === null);
      assert.deepEqual(data, { status: completes ? 'completed' : 'cancelled', pid, command: 'ostrata install a' });
    }
  });

  it('history: notes deployments, leaves damage out, and stays small', async () => {
    hold({ pid: process.pid, start: startOf(process.pid), command: 'ostrata upgrade', since: 1 });
    noteDeployment(outcome(0), ctx);
    noteDeployment(outcome(1, { status: 'unchanged' }), ctx);
    noteDeployment(outcome(1, { deployment: null }), ctx);
    const file = join(environment.stateDir, 'history.jsonl');
    writeFileSync(file, `null\n{"time":1}\n${readFileSync(file, 'utf8')}{"time":17000`);
    assert.deepEqual(
      readHistory(ctx).map(({ deployment, command, version, staged }) => [deployment, command, version, staged]),
      [['os-abc.0', 'ostrata upgrade', '40', true]],
    );
    const input = (flags: CommandInput['flags']) => history({ args: {}, flags: { sysroot: '/mnt', ...flags } }, ctx);
    assert.match(
      (await input({})).text,
      /^2023-11-14T22:13:20Z\n +Command: ostrata upgrade\n +Deployment: os-abc\.0 \(staged\)\n +Version: 40\n/,
    );
    assert.match((await input({ sysroot: '/other' })).text, /No deployment was made here/);

    writeFileSync(file, '');
    for (let i = 0; i < 4000; i++) noteDeployment(outcome(i), ctx);
    assert.ok(statSync(file).size < 600_000);
    assert.equal(readHistory(ctx)[0]?.deployment, 'os-abc.3999');
    assert.deepEqual(warnings, []);
    assert.equal((await input({ limit: 5 })).text.match(/Command/g)?.length, 5);
  });
});
