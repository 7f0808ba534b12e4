import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { hostExec } from '../../bin/src/host/exec.ts';

const env = { PATH: process.env['PATH'] ?? '' };

describe('host commands', () => {
  const signal = new AbortController().signal;

  it('give code, output and lines', async () => {
    const lines: string[] = [];
    const result = await hostExec.run({
      argv: ['sh', '-c', 'cat; echo "$X" >&2; exit 3'],
      env: { ...env, X: 'err' },
      stdin: Buffer.from('in\n'),
      signal,
      onLine: (line, stream) => lines.push(`${stream}:${line}`),
    });
    assert.deepEqual(
      [result.code, result.signal, result.stdout.toString(), result.stderr.toString()],
      [3, null, 'in\n', 'err\n'],
    );
    assert.deepEqual(lines.sort(), ['stderr:err', 'stdout:in']);
  });

  it('see only the environment they are given', async () => {
    const { stdout } = await hostExec.run({ argv: ['env'], env, signal });
    assert.ok(!stdout.toString().includes('HOME='));
  });

  it('that are not installed are an error that names them', async () => {
    await assert.rejects(hostExec.run({ argv: ['no-such-program-here'], env, signal }), {
      code: 'COMMAND_MISSING',
      message: /no-such-program-here/,
    });
  });

  it('end with all their children when cancelled', async () => {
    const controller = new AbortController();
    let pid = 0;
    const running = hostExec.run({
      argv: ['sh', '-c', 'sleep 60 & echo $!; wait'],
      env,
      signal: controller.signal,
      onLine: (line) => {
        pid = Number(line);
        controller.abort();
      },
    });
    await assert.rejects(running, { name: 'AbortError' });
    // Its end of the pipe closes a moment before the process is gone.
    for (let i = 0; i < 100 && isRunning(pid); i++) await setTimeout(20);
    assert.equal(isRunning(pid), false);
  });

  it('that do not read their input are no error', async () => {
    const { code } = await hostExec.run({ argv: ['true'], env, stdin: Buffer.alloc(1 << 20), signal });
    assert.equal(code, 0);
  });
});

/** A process that ended and was not reaped yet does not count. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
