import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Crash, type FailpointHandler, HostError, type Plugin, type ProgressEvent } from '@ostrata/core';
import { testEnvironment, testHost, testRequest } from '@ostrata/testkit';
import { plugin, thrown } from '../support.ts';

const REQUEST = testRequest({ sources: [] });

/** A plugin that intends `n` things while populating, and writes down how each is recovered. */
function intender(log: string[], n: number, more: (host: Parameters<Plugin['apply']>[0]) => void = () => {}): Plugin {
  return plugin('a', (host) => {
    host.recover('a.thing', {
      undo: (data) => void log.push(`undo ${data}`),
      redo: (data) => void log.push(`redo ${data}`),
    });
    host.hooks['assemble.populate'].tapPromise(async (_assembly, ctx) => {
      for (let index = 0; index < n; index += 1) {
        const complete = await ctx.intend('a.thing', index);
        if (index === 0) await complete();
      }
    });
    more(host);
  });
}

const failing: (host: Parameters<Plugin['apply']>[0]) => void = (host) =>
  host.hooks['assemble.check'].tapPromise(() => Promise.reject(new HostError('MINE', 'no')));

describe('transaction', () => {
  it('undoes everything last first when a run fails before the swap', async () => {
    using environment = testEnvironment();
    const log: string[] = [];
    const host = await testHost({ environment, plugins: [intender(log, 3, failing)] });
    assert.equal((await thrown(host.run(REQUEST))).code, 'MINE');
    assert.deepEqual(log, ['undo 2', 'undo 1', 'undo 0']);
    assert.ok(!existsSync(join(environment.stateDir, 'journal.jsonl')));
    assert.ok(!existsSync(join(environment.stateDir, 'lock-holder')));
  });

  it('recovers at the next run what a crash left, once', async () => {
    using environment = testEnvironment();
    const log: string[] = [];
    const crash: FailpointHandler = (name) => {
      if (name === 'hook.assemble.check.before') throw new Crash(name);
    };
    const crashing = await testHost({ environment, plugins: [intender(log, 2)], failpoint: crash });
    await assert.rejects(crashing.run(REQUEST), Crash);
    assert.deepEqual(log, []);
    assert.ok(existsSync(join(environment.stateDir, 'journal.jsonl')));
    const host = await testHost({ environment, plugins: [intender(log, 0)] });
    await host.run(testRequest({ until: 'request' }));
    assert.deepEqual(log, ['undo 1', 'undo 0']);
    await host.run(testRequest({ until: 'request' }));
    assert.equal(log.length, 2);
  });

  it('redoes after the swap what was not complete, first first', async () => {
    using environment = testEnvironment();
    const log: string[] = [];
    const lines = [
      { type: 'intend', id: 0, kind: 'a.thing', data: 'x' },
      { type: 'intend', id: 1, kind: 'a.thing', data: 'y' },
      { type: 'intend', id: 2, kind: 'a.thing', data: 'z' },
      { type: 'complete', id: 1 },
      { type: 'swap' },
    ];
    writeFileSync(
      join(environment.stateDir, 'journal.jsonl'),
      lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
    );
    const host = await testHost({ environment, plugins: [intender(log, 0)] });
    await host.run(testRequest({ until: 'request' }));
    assert.deepEqual(log, ['redo x', 'redo z']);
  });

  it('keeps the journal until the plugin is there that can recover it', async () => {
    using environment = testEnvironment();
    const log: string[] = [];
    const journal = join(environment.stateDir, 'journal.jsonl');
    writeFileSync(journal, `${JSON.stringify({ type: 'intend', id: 0, kind: 'a.thing', data: 1 })}\n`);
    const without = await testHost({ environment });
    assert.equal((await thrown(without.run(REQUEST))).code, 'RECOVERY_MISSING');
    assert.ok(existsSync(journal));
    await (await testHost({ environment, plugins: [intender(log, 0)] })).run(testRequest({ until: 'request' }));
    assert.deepEqual(log, ['undo 1']);
  });

  it('keeps the journal when an undo fails, warns, and reports the first error', async () => {
    using environment = testEnvironment();
    let broken = true;
    const stubborn = plugin('b', (host) => {
      host.recover('b.thing', {
        undo: () => {
          if (broken) throw new Error('the disk is gone');
        },
        redo: () => {},
      });
      host.hooks['assemble.populate'].tapPromise(async (_assembly, ctx) => void (await ctx.intend('b.thing', null)));
      failing(host);
    });
    const events: ProgressEvent[] = [];
    const host = await testHost({ environment, plugins: [stubborn] });
    assert.equal((await thrown(host.run(REQUEST, { onEvent: (event) => events.push(event) }))).code, 'MINE');
    assert.ok(events.some((event) => event.type === 'warning' && event.code === 'RECOVERY_FAILED'));
    assert.equal((await thrown(host.run(REQUEST))).code, 'RECOVERY_FAILED');
    broken = false;
    await host.run(testRequest({ until: 'request' }));
    assert.ok(!existsSync(join(environment.stateDir, 'journal.jsonl')));
  });

  it('refuses a kind that nobody recovers, two recoveries of one kind, and intents outside of a run', async () => {
    using environment = testEnvironment();
    const careless = plugin('b', (host) =>
      host.hooks['assemble.populate'].tapPromise(async (_assembly, ctx) => void (await ctx.intend('b.unknown', 1))),
    );
    const host = await testHost({ environment, plugins: [careless] });
    assert.equal((await thrown(host.run(REQUEST))).code, 'RECOVERY_MISSING');
    assert.equal((await thrown(host.query((ctx) => ctx.intend('a.thing', 1)))).code, 'INTENT_OUTSIDE_RUN');
    const twice = plugin('c', (face) => face.recover('a.thing', { undo() {}, redo() {} }));
    const error = await thrown(testHost({ environment, plugins: [intender([], 0), twice] }));
    assert.match(error.message, /c and a both recover/);
  });

  it('takes down what was deferred, last first, after success and failure; what fails there is a warning', async () => {
    for (const fails of [false, true]) {
      using environment = testEnvironment();
      const log: string[] = [];
      const events: ProgressEvent[] = [];
      const deferring = plugin('a', (host) => {
        host.hooks['request.complete'].tapPromise((_request, ctx) => {
          ctx.defer('one', () => void log.push('one'));
          ctx.defer('two', () => Promise.reject(new Error('busy')));
          ctx.defer('three', async () => void log.push('three'));
        });
        if (fails) host.hooks['request.check'].tapPromise(() => Promise.reject(new HostError('MINE', 'no')));
      });
      const host = await testHost({ environment, plugins: [deferring] });
      const run = host.run(testRequest({ until: 'request' }), { onEvent: (event) => events.push(event) });
      if (fails) assert.equal((await thrown(run)).code, 'MINE');
      else await run;
      assert.deepEqual(log, ['three', 'one']);
      assert.ok(events.some((event) => event.type === 'warning' && /two.*busy/.test(event.text)));
    }
  });

  it('lets only one run at a time into a state directory, and does not touch the journal of the other', async () => {
    using environment = testEnvironment();
    const log: string[] = [];
    const { promise: entered, resolve: enter } = Promise.withResolvers<void>();
    const { promise: open, resolve: leave } = Promise.withResolvers<void>();
    const slow = intender(log, 1, (host) =>
      host.hooks['assemble.scripts'].tapPromise(async () => {
        enter();
        await open;
      }),
    );
    const host = await testHost({ environment, plugins: [slow] });
    const first = host.run(REQUEST);
    await entered;
    assert.equal((await thrown(host.run(REQUEST))).code, 'LOCKED');
    assert.ok(existsSync(join(environment.stateDir, 'journal.jsonl')));
    leave();
    assert.equal((await first).status, 'done');
    assert.deepEqual(log, []);
  });

  it('does not begin where another run has ended since its input was made', async () => {
    using environment = testEnvironment();
    const host = await testHost({ environment });
    const asOf = await host.lastRun();
    assert.equal((await host.run(REQUEST, { asOf })).status, 'done', 'the very first one');
    assert.equal((await thrown(host.run(REQUEST, { asOf }))).code, 'CHANGED_MEANWHILE');
    await host.run(REQUEST, { asOf: await host.lastRun() });
  });
});
