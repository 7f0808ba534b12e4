import { directoryName, isSame } from '../../sysroot/deployment.ts';
import { usageError, VerbError } from '../error.ts';
import { adminVerb, deploymentAt, parseIndex } from './admin-verb.ts';
import { clean, write } from './write.ts';

export const undeploy = adminVerb({
  usage: 'INDEX',
  writes: true,
  async run(call) {
    const { args, sysroot, terminal } = call;
    if (args[0] === undefined) throw usageError(call, 'INDEX must be specified');
    const index = parseIndex(args[0]);
    const target = deploymentAt(sysroot, index);
    if (isSame(target, sysroot.booted)) throw new VerbError(`Cannot undeploy currently booted deployment ${index}`);
    const after = await write(call, sysroot.deployments.toSpliced(index, 1));
    terminal.out(`Deleted deployment ${directoryName(target)}\n`);
    clean(call, after);
  },
});
