import assert from 'node:assert/strict';
import { type HookName, HostError, type Plugin, type ProgressEvent, type Tap } from '@ostrata/core';
import { testEnvironment, testHost, testRequest } from '@ostrata/testkit';
import { plugin, saidBy, thrown } from '../support.ts';

function tapping<Name extends HookName>(name: string, hook: Name, tap: Tap<Name>): Plugin {
  return plugin(name, (host) => host.hooks[hook].tapPromise(tap as never));
}

/** A run of the fakes with these plugins beside them, up to a completed request. */
async function runWith(
  plugins: readonly Plugin[],
  until: 'request' | 'commit' = 'request',
  onEvent?: (event: ProgressEvent) => void,
) {
  using environment = testEnvironment();
  const host = await testHost({ environment, plugins });
  return await host.run(
    testRequest({ until, sources: [], store: { work: '/w', target: null } }),
    onEvent ? { onEvent } : {},
  );
}

describe('guard: shape hooks', () => {
  it('hands on what taps return, in order, and what they leave alone', async () => {
    const outcome = await runWith([
      tapping('a', 'request.complete', (request) => ({ ...request, extras: { seen: ['a'] } })),
      tapping('b', 'request.complete', () => {}),
      tapping('c', 'request.complete', async (request) => ({
        ...request,
        extras: { seen: [...(request.extras['seen'] as string[]), 'c'] },
      })),
    ]);
    assert.deepEqual(outcome.extras, { seen: ['a', 'c'] });
  });

  it('stamps errors with stage, hook and plugin', async () => {
    const own = await thrown(
      runWith([
        tapping('a', 'request.complete', () => {
          throw new HostError('MINE', 'It broke.');
        }),
      ]),
    );
    assert.equal(own.code, 'MINE');
    assert.deepEqual(own.origin, { stage: 'fetch', hook: 'request.complete', plugin: 'a' });
    const foreign = await thrown(
      runWith([tapping('a', 'request.complete', async () => Promise.reject(new Error('boom')))]),
    );
    assert.equal(foreign.code, 'PLUGIN_FAILED');
    assert.match(foreign.message, /plugin a failed in request\.complete: boom/);
    assert.equal((foreign.cause as Error).message, 'boom');
  });

  it('says what to do when the operating system refused something', async () => {
    const fill = tapping('a', 'request.complete', async () => {
      throw Object.assign(new Error("ENOSPC: no space left on device, write '/x'"), {
        code: 'ENOSPC',
        syscall: 'write',
        path: '/x',
      });
    });
    const error = await thrown(runWith([fill]));
    assert.equal(error.code, 'SYSTEM_FAILED');
    assert.match(error.message, /plugin a failed in request\.complete: ENOSPC/);
    assert.match(error.hint ?? '', /Free some space/);
    assert.deepEqual(error.data, { errno: 'ENOSPC', syscall: 'write', path: '/x' });
  });

  it('stops at the first error', async () => {
    let later = 0;
    await thrown(
      runWith([
        tapping('a', 'request.complete', () => Promise.reject(new HostError('MINE', 'no'))),
        tapping('b', 'request.complete', () => {
          later += 1;
        }),
      ]),
    );
    assert.equal(later, 0);
  });

  for (const [what, value] of [
    ['null', null],
    ['text', 'x'],
    ['a list', []],
  ] as const) {
    it(`refuses ${what} for a request`, async () => {
      const error = await thrown(runWith([tapping('a', 'request.complete', () => value as never)]));
      assert.equal(error.code, 'TAP_RESULT');
      assert.equal(error.origin?.plugin, 'a');
    });
  }

  it('refuses changed arguments, deep inside too', async () => {
    const mutations: Tap<'request.complete'>[] = [
      (request) => {
        (request as { until: string }).until = 'commit';
      },
      (request) => void (request.intent.install as unknown[]).push({ spec: 'x' }),
      (request) => void delete (request.image.layout as { tmp?: string }).tmp,
      (request) => {
        (request.extras as { x?: number }).x = 1;
      },
    ];
    for (const mutate of mutations) {
      const error = await thrown(runWith([tapping('a', 'request.complete', mutate)]));
      assert.equal(error.code, 'RECORD_MUTATED', error.message);
    }
    const later = await thrown(
      runWith([
        tapping('a', 'request.complete', (request) => ({ ...request, extras: { list: [1] } })),
        tapping('b', 'request.complete', (request) => void (request.extras['list'] as number[]).push(2)),
      ]),
    );
    assert.equal(later.code, 'RECORD_MUTATED');
    assert.equal(later.origin?.plugin, 'b');
  });
});

describe('guard: other kinds', () => {
  it('step: refuses results', async () => {
    const error = await thrown(runWith([tapping('a', 'assemble.populate', () => true as never)], 'commit'));
    assert.equal(error.code, 'TAP_RESULT');
    assert.match(error.message, /a returned a boolean from assemble\.populate/);
  });

  it('check: asks all, and reports all vetoes together', async () => {
    const asked: string[] = [];
    const veto = (name: string) =>
      tapping(name, 'request.check', async () => {
        asked.push(name);
        throw new HostError(`NO_${name.toUpperCase()}`, `${name} says no.`);
      });
    const error = await thrown(
      runWith([veto('a'), tapping('b', 'request.check', () => void asked.push('b')), veto('c')]),
    );
    assert.deepEqual(asked, ['a', 'b', 'c']);
    assert.equal(error.code, 'CHECKS_FAILED');
    assert.deepEqual(
      error.problems.map(({ code, origin }) => `${code} ${origin?.plugin}`),
      ['NO_A a', 'NO_C c'],
    );
    assert.match(saidBy(error), /a says no[\s\S]*c says no/);
    assert.equal((await thrown(runWith([veto('a')]))).code, 'NO_A');
  });

  it('notice: makes warnings of errors, and goes on', async () => {
    const events: ProgressEvent[] = [];
    let heard = 0;
    await runWith(
      [
        tapping('a', 'commit.published', () => Promise.reject(new HostError('MINE', 'I could not.', { hint: 'Try.' }))),
        tapping('b', 'commit.published', () => {
          heard += 1;
        }),
        tapping('c', 'commit.published', () => 5 as never),
      ],
      'commit',
      (event) => events.push(event),
    );
    assert.equal(heard, 1);
    const warnings = events.filter((event) => event.type === 'warning');
    assert.deepEqual(
      warnings.map(({ code, origin }) => `${code} ${origin?.plugin} ${origin?.hook}`),
      ['MINE a commit.published', 'TAP_RESULT c commit.published'],
    );
    assert.equal(warnings[0]?.hint, 'Try.');
  });

  it('times taps', async () => {
    using environment = testEnvironment();
    const host = await testHost({
      environment,
      plugins: [tapping('slow', 'request.complete', () => new Promise((resolve) => setTimeout(resolve, 30)))],
    });
    await host.run(testRequest({ until: 'request' }));
    const timing = host.inspect().timings.find(({ hook }) => hook === 'request.complete');
    assert.equal(timing?.plugin, 'slow');
    assert.equal(timing?.calls, 1);
    assert.ok((timing?.milliseconds ?? 0) >= 25);
    assert.deepEqual(host.pending(), []);
  });

  it('tells plugins nothing of each other: warnings and messages carry who said them', async () => {
    const events: ProgressEvent[] = [];
    const say = tapping('a', 'request.complete', (_request, ctx) => {
      ctx.progress.warning('CARE', 'Be careful.');
      ctx.progress.message('hello');
    });
    await runWith([say], 'request', (event) => events.push(event));
    const warning = events.find((event) => event.type === 'warning');
    assert.deepEqual(warning?.origin, { stage: 'fetch', hook: 'request.complete', plugin: 'a' });
    assert.equal(events.find((event) => event.type === 'message')?.source, 'a');
  });
});
