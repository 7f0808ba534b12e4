import { join } from 'node:path';
import { BwrapSandbox } from '../../../../plugins/sandbox-bwrap/src/sandbox.ts';
import { realExec, testContext } from './context.ts';

/** A process to be killed: runs a command of the given marker in the root below the given directory for very long. */
const [directory, marker] = process.argv.slice(2) as [string, string];
const ctx = testContext(realExec, directory);
ctx.progress.message = () => process.stdout.write('up\n');
const root = {
  lower: join(directory, 'lower'),
  upper: join(directory, 'upper'),
  work: join(directory, 'work'),
  userOwned: false,
};
await new BwrapSandbox(realExec, { isolation: 'full' }, ctx).run(
  {
    root,
    argv: ['/bin/sh', '-c', `echo up; sleep 100; : ${marker}`],
    profile: 'script',
    writable: 'usr-etc',
    wrappers: false,
    label: 'long',
  },
  ctx,
);
