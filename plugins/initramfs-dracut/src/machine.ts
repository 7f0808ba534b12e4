import { join } from 'node:path';
import { type Context, DEPLOYER, type Plan } from '@ostrata/contract';

/** What dracut sees besides the tree. */
export interface Machine {
  /** Absolute: an /etc in place of the tree's. */
  readonly etc: string;
}

/**
 * The machine whose initramfs is made: where its owner asked for one of its own (`ostrata initramfs --enable`, which the plugin `initramfs` notes
 * in the Plan), it is made with the /etc of the machine, as rpm-ostree does (src/libpriv/rpmostree-kernel.cxx, `use_root_etc`). Undefined
 * where that of the image is meant, also for an image with another kernel.
 */
export async function machineOf({ inputs, deploy }: Plan, ctx: Context): Promise<Machine | undefined> {
  if (inputs.extras['initramfs'] === undefined || deploy === null) return undefined;
  const all = await (await ctx.get(DEPLOYER)).list(deploy.sysroot);
  const own = all.filter(({ target, state }) => target.os === deploy.os && state === 'active');
  const followed = own.find(({ booted }) => booted) ?? own[0];
  if (followed === undefined) return undefined;
  const { booted, serial, target } = followed;
  if (booted) return { etc: '/etc' };
  return { etc: join(target.sysroot, `ostree/deploy/${target.os}/deploy/${target.commit}.${serial}/etc`) };
}
