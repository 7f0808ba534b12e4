import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { endThreads, StopFlag, ThreadStopped } from '@ostrata/threads';

const WORKER = new URL('./deflating-worker.ts', import.meta.url);

describe('ends of threads', () => {
  it('come without harm while a thread is inside a native module', () => {
    const script = fileURLToPath(new URL('./end-while-deflating.ts', import.meta.url));
    const { status, stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    assert.equal(stdout, Array.from({ length: 12 }, () => 'stopped').join(' '));
  });

  it('come to threads that wait for work, have not begun, or have ended', async () => {
    const stop = new StopFlag();
    const worker = new Worker(WORKER, { workerData: stop.shared });
    await endThreads([worker], stop);
    assert.equal(worker.threadId, -1);
    await endThreads([worker], stop);
  });
});

describe('a stop flag', () => {
  it('is seen by all who share it, and stays', () => {
    const flag = new StopFlag();
    const other = new StopFlag(flag.shared);
    other.throwIfSet();
    flag.set();
    assert.equal(other.isSet, true);
    assert.throws(() => other.throwIfSet(), ThreadStopped);
  });
});
