import assert from 'node:assert/strict';
import type { Context, TransportRequest, TransportResult } from '@ostrata/core';
import sinon from 'sinon';
import { AttemptFailure } from '../../../plugins/fetch-http/src/attempt-failure.ts';
import { backoffDelay, parseRetryAfter, pause } from '../../../plugins/fetch-http/src/backoff.ts';
import { download } from '../../../plugins/fetch-http/src/download.ts';
import { MirrorHealth } from '../../../plugins/fetch-http/src/mirror-health.ts';

describe('fetch-http: pauses between rounds', () => {
  let clock: sinon.SinonFakeTimers;
  beforeEach(() => {
    clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  });
  afterEach(() => clock.restore());

  it('doubles up to a limit, with jitter over the upper half', () => {
    const least = [0, 1, 2, 3, 10].map((round) => backoffDelay(round, null, () => 0));
    assert.deepEqual(least, [250, 500, 1000, 2000, 15_000]);
    assert.equal(
      backoffDelay(2, null, () => 1),
      2000,
    );
  });

  it('waits as long as a server asks, within reason', () => {
    assert.equal(
      backoffDelay(0, 10_000, () => 0),
      10_000,
    );
    assert.equal(
      backoffDelay(0, 10_000_000, () => 0),
      60_000,
    );
    assert.equal(parseRetryAfter('120', 0), 120_000);
    assert.equal(parseRetryAfter('Thu, 01 Jan 1970 00:00:05 GMT', 2000), 3000);
    assert.equal(parseRetryAfter('soon', 0), null);
    assert.equal(parseRetryAfter(undefined, 0), null);
  });

  it('pauses for the time, or until the run is aborted', async () => {
    const abort = new AbortController();
    let done = false;
    const first = pause(1000, abort.signal).then(() => {
      done = true;
    });
    await clock.tickAsync(999);
    assert.equal(done, false);
    await clock.tickAsync(1);
    await first;
    const second = pause(1000, abort.signal);
    abort.abort(new Error('stop'));
    await assert.rejects(second, /stop/);
    await assert.rejects(pause(1, abort.signal), /stop/);
    assert.equal(clock.countTimers(), 0);
  });

  it('goes over all mirrors before it pauses, and gives up after the last round', async () => {
    const tried: string[] = [];
    const at: number[] = [];
    const attempt = async (url: string): Promise<TransportResult> => {
      tried.push(url.slice(-1));
      at.push(Date.now());
      if (url.endsWith('c'))
        throw new AttemptFailure('mirror', 'TRANSPORT_HTTP_STATUS', 'gone', { data: { status: 404 } });
      throw new AttemptFailure('transient', 'TRANSPORT_CONNECTION', 'broken', { retryAfter: 5000 });
    };
    const request: TransportRequest = {
      urls: ['http://a/a', 'http://b/b', 'http://c/c'],
      destination: '/nowhere/file',
    };
    const ctx = { signal: new AbortController().signal } as Context;
    const work = download(request, ctx, { schemes: ['http'], retries: 2, health: new MirrorHealth(), attempt });
    const outcome = work.catch((error: Error) => error);
    await clock.runAllAsync();
    const error = (await outcome) as Error & { code: string; problems: unknown[] };
    assert.equal(error.code, 'TRANSPORT_FAILED');
    assert.equal(error.problems.length, 3);
    assert.deepEqual(tried.join(''), 'abcabab');
    assert.equal(at[2], 0);
    assert.ok(at[3]! >= 5000);
  });
});
