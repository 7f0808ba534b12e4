import type { SysrootDeployment } from '../../sysroot/deployment.ts';
import type { Sysroot } from '../../sysroot/sysroot.ts';
import { writeDeployments } from '../../sysroot/write-deployments.ts';
import type { AdminInvocation } from './admin-verb.ts';

/** Makes a list of deployments the current one. */
export function write(
  { sysroot }: Pick<AdminInvocation, 'sysroot'>,
  list: readonly SysrootDeployment[],
): Promise<Sysroot> {
  return writeDeployments(sysroot, list, { writer: async () => null });
}
