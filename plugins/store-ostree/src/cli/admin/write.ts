import { cleanUp } from '../../sysroot/cleanup.ts';
import type { SysrootDeployment } from '../../sysroot/deployment.ts';
import { sysrootSettings } from '../../sysroot/settings.ts';
import type { Sysroot } from '../../sysroot/sysroot.ts';
import { prepareSwap } from '../../sysroot/write-deployments.ts';
import { failpoint } from '../failpoint.ts';
import { formatSize } from '../format-size.ts';
import { type AdminInvocation, debugFlags, systemOptions } from './admin-verb.ts';
import { menuWriter } from './boot-loader.ts';

/** Makes a list of deployments the current one, and tells how. */
export async function write(
  call: Pick<AdminInvocation, 'sysroot' | 'terminal'>,
  list: readonly SysrootDeployment[],
): Promise<Sysroot> {
  const debug = debugFlags(call);
  const settings = sysrootSettings(call.sysroot);
  const { swap, commit } = await prepareSwap(call.sysroot, list, {
    writer: async () => menuWriter(call.terminal, settings),
    style: {
      ...settings.style,
      ignoreDeviceTrees: debug.has('no-dtb'),
      namesStateroot: systemOptions(call).has('bootloader-naming-1'),
    },
    testFreeze: debug.has('test-fifreeze'),
  });
  const after = await commit();
  if (swap === 'none') return after;
  const { boot, sub } = after.versions;
  const change = after.finalized.length - call.sysroot.deployments.length;
  const done = swap === 'links' ? 'Transaction complete' : 'Bootloader updated';
  call.terminal.out(
    `${done}; bootconfig swap: ${swap === 'menu' ? 'yes' : 'no'}; bootversion: boot.${boot}.${sub}, deployment count change: ${change}\n`,
  );
  return after;
}

/** Removes what nothing refers to any more, and tells what that gave. */
export function clean({ terminal }: Pick<AdminInvocation, 'terminal'>, sysroot: Sysroot, prune = true): void {
  const freed = cleanUp(sysroot, { prune, beforeRefs: () => failpoint('pre-commit', terminal) });
  if (freed > 0) terminal.out(`Freed objects: ${formatSize(freed)}\n`);
}
