import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

const MODULE = new URL('../../bin/src/signals.ts', import.meta.url).href;

function interrupted(times: number) {
  const script = `
    import { cancellation } from ${JSON.stringify(MODULE)};
    const { signal, close } = cancellation();
    const alive = setTimeout(() => {}, 20_000);
    signal.addEventListener('abort', () => {
      if (${times} > 1) return process.kill(process.pid, 'SIGINT');
      close();
      clearTimeout(alive);
    });
    process.kill(process.pid, 'SIGINT');`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
}

describe('Ctrl-C', () => {
  it('cancels at the first time and says how to end at once', () => {
    const { status, signal, stderr } = interrupted(1);
    assert.deepEqual([status, signal], [0, null]);
    assert.match(stderr, /Cancelling \(SIGINT\); Ctrl-C once more ends at once/);
  });

  it('ends the program by the signal at the second time', () => {
    const { status, signal } = interrupted(2);
    assert.deepEqual([status, signal], [null, 'SIGINT']);
  });
});
