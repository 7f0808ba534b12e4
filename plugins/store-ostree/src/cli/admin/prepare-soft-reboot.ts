import { spawnSync } from 'node:child_process';
import { isSame } from '../../sysroot/deployment.ts';
import { discardStaged } from '../../sysroot/discard.ts';
import { canSoftReboot, clearSoftReboot, prepareSoftReboot } from '../../sysroot/soft-reboot.ts';
import { usageError, VerbError } from '../error.ts';
import { adminVerb, deploymentAt, parseIndex } from './admin-verb.ts';

export const prepareSoftRebootVerb = adminVerb({
  usage: 'INDEX',
  options: [
    { name: 'reboot', kind: 'flag', summary: 'Initiate a soft reboot on success' },
    { name: 'reset', kind: 'flag', summary: 'Undo queued soft reboot state' },
  ],
  writes: true,
  run(call) {
    const { args, options, sysroot } = call;
    if (options.flag('reset')) {
      clearSoftReboot(sysroot.state);
      sysroot.touch();
      return;
    }
    const [word] = args;
    if (word === undefined) throw usageError(call, 'INDEX must be specified');
    const target = deploymentAt(sysroot, parseIndex(word));
    if (isSame(target, sysroot.booted)) {
      throw new VerbError(`Cannot prepare for soft-reboot currently booted deployment ${word}`);
    }
    if (!canSoftReboot(sysroot, target)) {
      throw new VerbError(
        'Preparing /run/nextroot for a soft-reboot: Cannot soft-reboot to deployment with different kernel state',
      );
    }
    // What is staged would be the default after the restart, and is not what is restarted into.
    if (sysroot.staged !== null && !target.staged) discardStaged(sysroot);
    prepareSoftReboot(sysroot, target);
    sysroot.touch();
    if (!options.flag('reboot')) return;
    const { status, stderr, error } = spawnSync('systemctl', ['soft-reboot'], { encoding: 'utf8' });
    if (status !== 0) throw new VerbError(`systemctl soft-reboot: ${error?.message ?? stderr.trim()}`);
  },
});
