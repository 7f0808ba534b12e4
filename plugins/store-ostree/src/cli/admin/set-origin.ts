import { join } from 'node:path';
import { addRemote } from '../../remote/index.ts';
import { parseRefSpec } from '../../repo/refs.ts';
import { originPathOf } from '../../sysroot/deployment.ts';
import { originOf, writeOriginFile } from '../../sysroot/origin.ts';
import { usageError, VerbError } from '../error.ts';
import { adminVerb, deploymentAt } from './admin-verb.ts';

export const setOrigin = adminVerb({
  usage: 'REMOTENAME URL [BRANCH]',
  options: [
    { name: 'set', char: 's', kind: 'list', summary: 'Set config option KEY=VALUE for remote', value: 'KEY=VALUE' },
    {
      name: 'index',
      kind: 'count',
      summary: 'Operate on the deployment INDEX, starting from zero',
      value: 'INDEX',
    },
  ],
  writes: true,
  run(call) {
    const { args, options, sysroot } = call;
    const [remote, url, branch] = args;
    if (remote === undefined || url === undefined) throw usageError(call, 'REMOTENAME and URL must be specified');
    const index = options.count('index', -1);
    const deployment = index < 0 ? sysroot.booted : deploymentAt(sysroot, index);
    if (deployment === null) throw new VerbError('Not currently booted into an OSTree system');
    const set = new Map<string, string>();
    for (const word of options.list('set')) {
      const equals = word.indexOf('=');
      if (equals < 0) throw new VerbError("Missing '=' in KEY=VALUE for --set");
      set.set(word.slice(0, equals), word.slice(equals + 1));
    }
    addRemote(sysroot.repository, remote, { url, options: set, existing: 'keep' });
    const ref = branch ?? parseRefSpec(deployment.origin?.get('origin', 'refspec') ?? '')?.ref;
    if (ref === undefined) throw new VerbError('The deployment has no origin refspec: give a BRANCH');
    writeOriginFile(join(sysroot.path, originPathOf(deployment)), originOf(`${remote}:${ref}`));
  },
});
