import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { testEnvironment, testHost, testRequest } from '@ostrata/testkit';
import { ROOT } from '../../support/shared.ts';
import { plugin } from '../support.ts';

describe('kill -9 in mid-run', () => {
  for (const [when, place] of [
    ['after the line was written and before the change', 'journal.intend.after'],
    ['after the change', 'hook.assemble.scripts.before'],
  ]) {
    it(`${when}: the next run takes the lock over and undoes`, async () => {
      using environment = testEnvironment();
      const file = join(environment.cacheDir, 'outside');
      const script = `
        import { writeFileSync } from 'node:fs';
        import { definePlugin } from '@ostrata/core';
        import { testHost, testRequest } from '@ostrata/testkit';
        const plugin = definePlugin({ name: 'a', apiVersion: '*', apply(host) {
          host.recover('a.file', { undo() {}, redo() {} });
          host.hooks['assemble.populate'].tapPromise(async (_assembly, ctx) => {
            await ctx.intend('a.file', ${JSON.stringify(file)});
            writeFileSync(${JSON.stringify(file)}, '');
          });
        } });
        const failpoint = (name) => { if (name === ${JSON.stringify(place)}) process.kill(process.pid, 'SIGKILL'); };
        const host = await testHost({ environment: ${JSON.stringify(environment)}, plugins: [plugin], failpoint });
        await host.run(testRequest({ sources: [] }));
      `;
      const killed = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
        cwd: ROOT,
        encoding: 'utf8',
      });
      assert.equal(killed.signal, 'SIGKILL', killed.stderr);
      assert.ok(existsSync(join(environment.stateDir, 'lock-holder')));
      assert.ok(existsSync(join(environment.stateDir, 'journal.jsonl')));

      const undone: unknown[] = [];
      const recovering = plugin('a', (host) =>
        host.recover('a.file', {
          undo: (data) => {
            undone.push(data);
            rmSync(String(data), { force: true });
          },
          redo() {},
        }),
      );
      await (await testHost({ environment, plugins: [recovering] })).run(testRequest({ until: 'request' }));
      assert.deepEqual(undone, [file]);
      assert.ok(!existsSync(file));
      assert.ok(!existsSync(join(environment.stateDir, 'journal.jsonl')));
      assert.ok(!existsSync(join(environment.stateDir, 'lock-holder')));
    });
  }
});
