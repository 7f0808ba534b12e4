import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LockFile } from '../../../core/src/run/lock.ts';

describe('lock of the state directory', () => {
  let directory: string;
  let path: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'ostrata-lock-'));
    path = join(directory, 'lock');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('lets one in, says who, and the next one after it', () => {
    const first = new LockFile(directory);
    assert.throws(() => new LockFile(directory), { code: 'LOCKED', data: { path, pid: process.pid } });
    first.release();
    new LockFile(directory).release();
    assert.deepEqual(readdirSync(directory), []);
  });

  it('pushes aside what a killed process left: of this number, of another boot, of nobody, or not readable', () => {
    const lock = new LockFile(directory);
    const mine = JSON.parse(readFileSync(path, 'utf8')) as { pid: number };
    lock.abandon();
    assert.ok(existsSync(path));
    const leftovers = [
      mine,
      { ...mine, boot: 'another', pid: 1, started: null },
      { ...mine, pid: 2 ** 22 + 1 },
      { ...mine, pid: 1, started: '1' },
    ];
    for (const text of [...leftovers.map((holder) => JSON.stringify(holder)), '', '{', 'null']) {
      writeFileSync(path, text);
      new LockFile(directory).release();
      assert.deepEqual(readdirSync(directory), []);
    }
  });

  it('respects another process that lives, and not once it is dead', async () => {
    const module = new URL('../../../core/src/run/lock.ts', import.meta.url).href;
    const script = `const { LockFile } = await import(${JSON.stringify(module)}); new LockFile(${JSON.stringify(directory)}); process.stdout.write('locked'); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await new Promise((resolve) => child.stdout.once('data', resolve));
      assert.throws(() => new LockFile(directory), { code: 'LOCKED', data: { path, pid: child.pid } });
    } finally {
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('close', resolve));
    }
    new LockFile(directory).release();
  });
});
