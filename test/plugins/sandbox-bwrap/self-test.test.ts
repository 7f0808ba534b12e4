import assert from 'node:assert/strict';
import { type Exec, type ExecCommand, HostError, isHostError } from '@ostrata/core';
import { BwrapSandbox } from '../../../plugins/sandbox-bwrap/src/sandbox.ts';
import { type TestContext, testContext } from './support/context.ts';

/** Answers every command alike, after saying a line. */
function answering(code: number, line: string, seen: ExecCommand[] = []): Exec {
  return {
    run: async (command) => {
      seen.push(command);
      if (line !== '') command.onLine?.(line, 'stderr');
      return { code, signal: null, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
    },
  };
}

describe('sandbox-bwrap self-test', () => {
  let ctx: TestContext;
  beforeEach(() => {
    ctx = testContext();
  });
  afterEach(() => ctx.close());

  const run = (exec: Exec) =>
    new BwrapSandbox(exec, { isolation: 'full' }, ctx).run(
      {
        root: { lower: ctx.directory, upper: null, work: null, userOwned: false },
        argv: ['true'],
        profile: 'script',
        writable: 'usr-etc',
        wrappers: false,
        label: 'demo.post',
      },
      ctx,
    );

  it('says which program is missing', async () => {
    const noBwrap = answering(127, 'unshare: failed to execute bwrap: No such file or directory');
    const noUnshare: Exec = {
      run: async () => {
        throw new HostError('COMMAND_MISSING', 'The program "unshare" is not installed.');
      },
    };
    for (const [exec, name] of [
      [noBwrap, 'bwrap'],
      [noUnshare, 'unshare'],
    ] as const) {
      await assert.rejects(run(exec), (error) => {
        assert.ok(isHostError(error));
        assert.equal(error.code, 'SANDBOX_MISSING');
        assert.match(error.message, new RegExp(name));
        assert.match(error.hint ?? '', /bubblewrap/);
        return true;
      });
    }
  });

  it('says that namespaces are not permitted, and what to do in a container', async () => {
    for (const line of ['unshare: unshare failed: Operation not permitted', 'bwrap: Creating new namespace failed']) {
      await assert.rejects(run(answering(1, line)), (error) => {
        assert.ok(isHostError(error));
        assert.equal(error.code, 'SANDBOX_NOT_PERMITTED');
        assert.ok(error.message.includes(line));
        assert.match(error.hint ?? '', /container.*isolation: none/s);
        return true;
      });
    }
  });

  it('runs once a run, before the first command', async () => {
    const seen: ExecCommand[] = [];
    const exec = answering(0, '', seen);
    const sandbox = new BwrapSandbox(exec, { isolation: 'full' }, ctx);
    const root = { lower: ctx.directory, upper: null, work: null, userOwned: false };
    for (const name of ['one', 'two']) {
      const options = { profile: 'script', writable: 'usr-etc', wrappers: false, label: name } as const;
      await sandbox.run({ root, argv: [name], ...options }, ctx);
    }
    assert.deepEqual(
      seen.map(({ argv }) => argv.at(-1)),
      ['true', 'one', 'two'],
    );
  });
});
