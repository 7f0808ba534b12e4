import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Failure, HookName } from '@ostrata/core';
import { testEnvironment, testHost, testRequest } from '@ostrata/testkit';
import { plugin, thrown } from '../support.ts';

const REQUEST = testRequest({ sources: [] });

describe('cancellation', () => {
  it('does not begin when it is cancelled already', async () => {
    using environment = testEnvironment();
    const host = await testHost({ environment });
    assert.equal((await thrown(host.run(REQUEST, { signal: AbortSignal.abort() }))).code, 'CANCELLED');
    assert.ok(!existsSync(join(environment.stateDir, 'lock-holder')));
  });

  it('ends at the next tap, tells the plugin that waits, and undoes', async () => {
    using environment = testEnvironment();
    const controller = new AbortController();
    const log: string[] = [];
    const waiting = plugin('a', (host) => {
      host.hooks['assemble.populate'].tapPromise(async (_assembly, ctx) => {
        ctx.defer('cleaning', () => void log.push('cleaned'));
        setTimeout(() => controller.abort(), 5);
        await new Promise((_resolve, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason)));
      });
      host.hooks['assemble.scripts'].tapPromise(() => void log.push('never'));
    });
    const host = await testHost({ environment, plugins: [waiting] });
    const error = await thrown(host.run(REQUEST, { signal: controller.signal }));
    assert.equal(error.code, 'CANCELLED');
    assert.deepEqual(log, ['cleaned']);
  });

  it('calls no further tap of the hook in which it came', async () => {
    using environment = testEnvironment();
    const controller = new AbortController();
    const called: string[] = [];
    const tapping = (name: string) =>
      plugin(name, (host) =>
        host.hooks['assemble.populate'].tapPromise(() => {
          called.push(name);
          controller.abort();
        }),
      );
    const host = await testHost({ environment, plugins: [tapping('first'), tapping('second')] });
    assert.equal((await thrown(host.run(REQUEST, { signal: controller.signal }))).code, 'CANCELLED');
    assert.deepEqual(called, ['first']);
  });

  it('is what a run reports that broke because of it', async () => {
    using environment = testEnvironment();
    const controller = new AbortController();
    const broken = plugin('a', (host) =>
      host.hooks['assemble.populate'].tapPromise(async () => {
        controller.abort();
        throw new Error('the child process was killed');
      }),
    );
    const host = await testHost({ environment, plugins: [broken] });
    const error = await thrown(host.run(REQUEST, { signal: controller.signal }));
    assert.equal(error.code, 'CANCELLED');
    assert.match((error.cause as Error).message, /child process was killed/);
  });

  it('is heard by failed.notify, which runs all the same', async () => {
    using environment = testEnvironment();
    const controller = new AbortController();
    const heard: Failure[] = [];
    const listener = plugin('a', (host) => {
      host.hooks['resolve.plan'].tapPromise(() => controller.abort());
      host.hooks['failed.notify'].tapPromise((failure, ctx) => {
        assert.equal(ctx.signal.aborted, false);
        heard.push(failure);
      });
    });
    const host = await testHost({ environment, plugins: [listener] });
    await thrown(host.run(REQUEST, { signal: controller.signal }));
    assert.deepEqual(
      heard.map(({ stage, error, command }) => [stage, error.code, command]),
      [['resolve', 'CANCELLED', 'test']],
    );
  });

  it('is masked once the work is done', async () => {
    for (const hook of ['finalize.report'] as HookName[]) {
      using environment = testEnvironment();
      const controller = new AbortController();
      const late = plugin('a', (host) => host.hooks[hook].tapPromise(() => controller.abort() as undefined));
      const host = await testHost({ environment, plugins: [late] });
      assert.equal((await host.run(REQUEST, { signal: controller.signal })).status, 'done');
    }
  });
});
