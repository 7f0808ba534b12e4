import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { ROOT } from '../../support/shared.ts';

/** Runs a host in a process of its own: what is tested is how that process ends. */
function runInProcess(body: string): { status: number | null; stdout: string; stderr: string } {
  const script = `
    import { definePlugin, SOLVER, OBJECT_STORES } from '@ostrata/core';
    import { testEnvironment, testHost, testRequest } from '@ostrata/testkit';
    import { existsSync } from 'node:fs';
    const environment = testEnvironment();
    const plugin = (apply) => definePlugin({ name: 'sleepy', apiVersion: '*', apply });
    const never = () => new Promise(() => {});
    const run = async (apply, without = []) => {
      const host = await testHost({ environment, plugins: [plugin(apply)], without });
      await host.run(testRequest({ sources: [] }));
    };
    try { ${body} } catch (error) {
      process.stdout.write(JSON.stringify({ code: error.code, message: error.message, origin: error.origin, locked: existsSync(environment.stateDir + '/lock-holder') }));
      process.exitCode = 7;
    } finally { environment[Symbol.dispose](); }
  `;
  return spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 20_000,
  });
}

describe('a promise that nothing resolves', () => {
  const cases: [string, string, RegExp][] = [
    [
      'in a tap',
      `await run((host) => host.hooks['assemble.populate'].tapPromise(never));`,
      /sleepy in assemble\.populate/,
    ],
    ['in a check', `await run((host) => host.hooks['request.check'].tapPromise(never));`, /sleepy in request\.check/],
    ['in a maker', `await run((host) => host.provide(OBJECT_STORES, never), ['fake-store']);`, /sleepy/],
    [
      'in a provider',
      `await run((host) => host.provide(OBJECT_STORES, () => ({ ensure: never, open: never })), ['fake-store']);`,
      /stage (resolve|assemble)/,
    ],
  ];
  it('still undoes what the run had begun', () => {
    const { status, stdout, stderr } = runInProcess(`
      const undone = [];
      const undo = async () => { await new Promise((resolve) => setTimeout(resolve, 5)); undone.push('undone'); };
      try {
        await run((host) => {
          host.recover('sleepy.thing', { undo, redo() {} });
          host.hooks['assemble.populate'].tapPromise(async (_assembly, ctx) => { await ctx.intend('sleepy.thing', 1); await never(); });
        });
      } catch (error) {
        process.stdout.write(JSON.stringify({ code: error.code, undone, journal: existsSync(environment.stateDir + '/journal.jsonl') }));
      }
    `);
    assert.equal(status, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), { code: 'RUN_HUNG', undone: ['undone'], journal: false });
  });

  for (const [where, body, message] of cases) {
    it(`${where} ends the run with an error that says who, and not silently with 0`, () => {
      const { status, stdout, stderr } = runInProcess(body);
      assert.equal(status, 7, stderr);
      const error = JSON.parse(stdout) as { code: string; message: string; locked: boolean };
      assert.equal(error.code, 'RUN_HUNG');
      assert.match(error.message, message);
      assert.equal(error.locked, false);
    });
  }
});
