import assert from 'node:assert/strict';
import { definePlugin } from '@ostrata/contract';
import { pluginConformance, testEnvironment, testHost, testRequest } from '@ostrata/testkit';
import setuidAudit from './index.ts';

/** Stands in for packages: puts two setuid programs into the tree. */
const twoPrograms = definePlugin({
  name: 'two-programs',
  apiVersion: '*',
  apply: (host) =>
    host.hooks['assemble.populate'].tapPromise(({ tree }) => {
      for (const name of ['su', 'sudo']) tree.writeFile(`usr/bin/${name}`, '', { mode: 0o4755, parents: true });
    }),
});

async function compose(maxSetuid: number) {
  using environment = testEnvironment();
  const config = { 'setuid-audit': { maxSetuid } };
  const host = await testHost({ environment, plugins: [twoPrograms, setuidAudit], config });
  return await host.run(testRequest({ sources: [] }));
}

describe('setuid-audit', () => {
  for (const { name, run } of pluginConformance(setuidAudit)) it(name, run);

  it('lets pass what is allowed', async () => {
    assert.equal((await compose(2)).status, 'done');
  });

  it('vetoes what is not, and names the programs', async () => {
    await assert.rejects(compose(1), {
      code: 'SETUID_TOO_MANY',
      message: /2 setuid programs: \/usr\/bin\/su, \/usr\/bin\/sudo/,
    });
  });
});
