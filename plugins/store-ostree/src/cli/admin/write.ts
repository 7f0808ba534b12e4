import type { SysrootDeployment } from '../../sysroot/deployment.ts';
import type { Sysroot } from '../../sysroot/sysroot.ts';
import { prepareSwap } from '../../sysroot/write-deployments.ts';
import { type AdminInvocation, debugFlags } from './admin-verb.ts';

/** Makes a list of deployments the current one, and tells how. */
export async function write(
  call: Pick<AdminInvocation, 'sysroot' | 'terminal'>,
  list: readonly SysrootDeployment[],
): Promise<Sysroot> {
  const debug = debugFlags(call);
  const { swap, commit } = await prepareSwap(call.sysroot, list, {
    writer: async () => null,
    ignoreDeviceTrees: debug.has('no-dtb'),
    testFreeze: debug.has('test-fifreeze'),
  });
  const after = commit();
  if (swap === 'none') return after;
  const { boot, sub } = after.versions;
  const change = after.finalized.length - call.sysroot.deployments.length;
  const done = swap === 'links' ? 'Transaction complete' : 'Bootloader updated';
  call.terminal.out(
    `${done}; bootconfig swap: ${swap === 'menu' ? 'yes' : 'no'}; bootversion: boot.${boot}.${sub}, deployment count change: ${change}\n`,
  );
  return after;
}
