import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXEC } from '@ostrata/core';
import {
  pluginConformance,
  type SandboxFixture,
  sandboxConformance,
  testContext,
  testEnvironment,
} from '@ostrata/testkit';
import plugin from '../../../plugins/sandbox-bwrap/src/index.ts';
import { BwrapSandbox } from '../../../plugins/sandbox-bwrap/src/sandbox.ts';
import { realExec } from './support/context.ts';
import { cannotSandbox, makeRoot } from './support/root.ts';

async function fixture(): Promise<SandboxFixture> {
  const environment = testEnvironment({
    uid: process.getuid?.() ?? 0,
    commandEnv: { PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin' },
  });
  const context = testContext({ [EXEC.name]: realExec }, environment);
  const root = makeRoot(environment.tempDir);
  const sh = (script: string) => ['/bin/sh', '-c', script];
  return {
    sandbox: new BwrapSandbox(realExec, { isolation: 'full' }, context.ctx),
    root,
    programs: {
      print: sh('echo one; echo two'),
      chatter: sh('seq 100'),
      fail: sh('exit 3'),
      greet: sh('echo "$GREETING"'),
      make: sh('echo made > /usr/made'),
    },
    read: (path) => {
      const file = [root.upper as string, root.lower].map((layer) => join(layer, path)).find(existsSync);
      return file === undefined ? null : readFileSync(file, 'utf8');
    },
    context,
    [Symbol.asyncDispose]: async () => {
      await context[Symbol.asyncDispose]();
      environment[Symbol.dispose]();
    },
  };
}

describe('sandbox-bwrap as a sandbox (needs bwrap, busybox-static and namespaces)', () => {
  before(function () {
    const why = cannotSandbox();
    if (why === undefined) return;
    this.test!.parent!.title += `: ${why}`;
    this.skip();
  });
  for (const { name, run } of sandboxConformance(fixture)) it(name, run);
});

describe('sandbox-bwrap as a plugin', () => {
  for (const { name, run } of pluginConformance(plugin)) it(name, run);
});
