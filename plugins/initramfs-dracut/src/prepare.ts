import { type Assembly, type Context, INITRAMFS } from '@ostrata/contract';
import { copyToBoot } from './boot-copies.ts';
import type { InitramfsConfig } from './config.schema.ts';
import { depmod } from './depmod.ts';
import type { DracutInitramfs } from './dracut.ts';
import { placeKernel, relativeHmac } from './kernel.ts';
import { machineOf } from './machine.ts';

/** Brings the kernel of a tree, its lists of modules and its initramfs to their places. Does nothing in a tree without a kernel. */
export async function prepareKernel({ tree, plan }: Assembly, config: InitramfsConfig, ctx: Context): Promise<void> {
  const { image, base } = plan.inputs;
  const kernel = placeKernel(tree);
  if (kernel === undefined) return;
  // A layered image keeps its base's kernel and initramfs, unless the kernel was replaced by one that has none.
  if (base !== null && tree.lookup(`${kernel.directory}/initramfs.img`) !== undefined) return;
  relativeHmac(tree, kernel);
  await depmod(tree, kernel, config.cache, ctx);
  if (image.kernel.initramfs) {
    // Another provider than ours has no use for the last argument, and leaves it.
    const initramfs = (await ctx.get(INITRAMFS)) as Pick<DracutInitramfs, 'generate'>;
    await initramfs.generate(tree, kernel, image.kernel.initramfsArgs, ctx, await machineOf(plan, ctx));
  }
  if (image.kernel.location === 'new') copyToBoot(tree, kernel);
}
