import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LockFile } from '../../../core/src/run/lock.ts';

const CLAIM = { command: 'ostrata install app', since: 1_700_000_000 };

describe('lock of the state directory', () => {
  let directory: string;
  let path: string;
  let holder: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'ostrata-lock-'));
    path = join(directory, 'lock');
    holder = join(directory, 'lock-holder');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('lets one in, says who, and the next one after it', () => {
    const first = new LockFile(directory, CLAIM);
    assert.throws(() => new LockFile(directory, CLAIM), { code: 'LOCKED', data: { path, pid: process.pid, ...CLAIM } });
    assert.throws(
      () => new LockFile(directory, CLAIM),
      /`ostrata install app` \(process \d+, since 2023-11-14T22:13:20Z\) holds/,
    );
    assert.throws(() => new LockFile(directory, CLAIM), { code: 'LOCKED' }, 'a refusal must not open the door');
    first.release();
    assert.ok(!existsSync(holder));
    new LockFile(directory, CLAIM).release();
  });

  it('is not held by what a killed process left, whatever is in it', () => {
    new LockFile(directory, CLAIM).abandon();
    assert.ok(existsSync(holder));
    for (const text of [`${process.pid}\n`, '{"pid":1}', 'null', '', 'nobody']) {
      writeFileSync(holder, text);
      const lock = new LockFile(directory, CLAIM);
      assert.throws(() => new LockFile(directory, CLAIM), {
        code: 'LOCKED',
        data: { path, pid: process.pid, ...CLAIM },
      });
      lock.release();
    }
  });

  it('says that it does not know who, when the holder has not yet said', () => {
    const lock = new LockFile(directory, CLAIM);
    rmSync(holder);
    assert.throws(() => new LockFile(directory, CLAIM), {
      code: 'LOCKED',
      data: { path, pid: null, command: null, since: null },
    });
    lock.release();
  });

  it('names a file that is no lock, and leaves it alone', () => {
    writeFileSync(path, 'something else, and long enough to be looked at by whoever opens it');
    assert.throws(() => new LockFile(directory, CLAIM), /not a database/);
  });

  it('respects another process that lives, and not once it is dead', async () => {
    const module = new URL('../../../core/src/run/lock.ts', import.meta.url).href;
    const script = `const { LockFile } = await import(${JSON.stringify(module)}); new LockFile(${JSON.stringify(directory)}, ${JSON.stringify(CLAIM)}); process.stdout.write('locked'); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await new Promise((resolve) => child.stdout.once('data', resolve));
      assert.throws(() => new LockFile(directory, CLAIM), { code: 'LOCKED', data: { path, pid: child.pid, ...CLAIM } });
    } finally {
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('close', resolve));
    }
    new LockFile(directory, CLAIM).release();
  });
});
