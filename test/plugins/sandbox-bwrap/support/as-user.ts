import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BwrapSandbox } from '../../../../plugins/sandbox-bwrap/src/sandbox.ts';
import { realExec, testContext } from './context.ts';
import { makeRoot } from './root.ts';

/** Run by a user who is not root, in a directory that the caller removes: prints the user number inside, what a command wrote, what the lower directory has, and two more commands. */
const ctx = testContext(realExec, process.argv[2] as string);
const root = { ...makeRoot(ctx.directory), userOwned: true };
const sandbox = new BwrapSandbox(realExec, { isolation: 'full' }, ctx);
const sh = async (script: string) =>
  (
    await sandbox.run(
      {
        root,
        argv: ['/bin/sh', '-c', script],
        profile: 'script',
        writable: 'usr-etc',
        wrappers: true,
        label: 'x',
      },
      ctx,
    )
  ).tail;
const seen = [
  ...(await sh('id -u; echo new > /etc/kept')),
  readFileSync(join(root.upper as string, 'etc/kept'), 'utf8').trim(),
];
seen.push(readFileSync(join(root.lower, 'etc/kept'), 'utf8').trim());
seen.push(...(await sh('echo one')), ...(await sh('echo two')));
process.stdout.write(JSON.stringify(seen));
