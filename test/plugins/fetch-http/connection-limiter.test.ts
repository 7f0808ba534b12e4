import assert from 'node:assert/strict';
import { ConnectionLimiter } from '../../../plugins/fetch-http/src/connection-limiter.ts';

describe('fetch-http: connection limiter', () => {
  const { signal } = new AbortController();

  /** Asks for places without waiting, and tells who has one. */
  function asker(limiter: ConnectionLimiter) {
    const held = new Map<string, () => void>();
    return {
      ask: (name: string, at: AbortSignal = signal) =>
        limiter.acquire(name[0]!, at).then((release) => held.set(name, release)),
      release: async (name: string) => {
        held.get(name)!();
        held.get(name)!();
        held.delete(name);
        await new Promise(setImmediate);
      },
      held: async () => {
        await new Promise(setImmediate);
        return [...held.keys()].sort().join(' ');
      },
    };
  }

  it('bounds all connections and those to one host, and lets others pass who wait for another host', async () => {
    const { ask, release, held } = asker(new ConnectionLimiter(3, 2));
    for (const name of ['a1', 'a2', 'a3', 'b1', 'b2']) void ask(name);
    assert.equal(await held(), 'a1 a2 b1');
    await release('b1');
    assert.equal(await held(), 'a1 a2 b2');
    await release('a1');
    assert.equal(await held(), 'a2 a3 b2');
  });

  it('forgets whoever is aborted while waiting', async () => {
    const { ask, release, held } = asker(new ConnectionLimiter(1, 1));
    const abort = new AbortController();
    void ask('a1');
    const waiting = ask('a2', abort.signal);
    void ask('a3');
    abort.abort(new Error('stop'));
    await assert.rejects(waiting, /stop/);
    await assert.rejects(ask('a4', abort.signal), /stop/);
    await release('a1');
    assert.equal(await held(), 'a3');
  });
});
