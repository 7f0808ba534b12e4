import { usageError, VerbError } from '../error.ts';
import { adminVerb, deploymentAt, parseIndex } from './admin-verb.ts';
import { clean, write } from './write.ts';

export const setDefault = adminVerb({
  usage: 'INDEX',
  writes: true,
  async run(call) {
    const { args, sysroot } = call;
    if (args[0] === undefined) throw usageError(call, 'INDEX must be specified');
    const index = parseIndex(args[0]);
    const chosen = deploymentAt(sysroot, index);
    if (index === 0) throw new VerbError('Already default deployment: 0');
    if (chosen.staged) throw new VerbError('Cannot set staged deployment as default');
    const list = [chosen, ...sysroot.deployments.toSpliced(index, 1)];
    clean(call, await write(call, list));
  },
});
