import { type Assembly, type Context, definePlugin, INITRAMFS } from '@ostrata/core';
import { copyToBoot } from './boot-copies.ts';
import { configSchema, type InitramfsConfig } from './config.schema.ts';
import { depmod } from './depmod.ts';
import { DracutInitramfs } from './dracut.ts';
import { errors } from './errors.ts';
import { placeKernel, relativeHmac } from './kernel.ts';
import { bootableMetadata } from './metadata.ts';

/** Puts kernel and initramfs where deployments look for them, and provides {@link INITRAMFS} by the image's own dracut. */
export default definePlugin<InitramfsConfig>({
  name: 'initramfs-dracut',
  apiVersion: '^0.1.0',
  requires: ['sandbox'],
  config: configSchema,
  errors,
  apply(host) {
    const { config } = host;
    host.provide(INITRAMFS, () => new DracutInitramfs(config));
    host.hooks['assemble.kernel'].tapPromise((assembly, ctx) => prepareKernel(assembly, config, ctx));
    host.hooks['commit.metadata'].tapPromise(({ meta, assembly }) => {
      const changed = bootableMetadata(meta, assembly.tree, assembly.plan.inputs.image);
      return changed === undefined ? undefined : { meta: changed, assembly };
    });
  },
});

async function prepareKernel({ tree, plan }: Assembly, config: InitramfsConfig, ctx: Context): Promise<void> {
  const { image, base } = plan.inputs;
  const kernel = placeKernel(tree);
  if (kernel === undefined) return;
  // A layered image keeps its base's kernel and initramfs, unless the kernel was replaced by one that has none.
  if (base !== null && tree.lookup(`${kernel.directory}/initramfs.img`) !== undefined) return;
  relativeHmac(tree, kernel);
  await depmod(tree, kernel, config.cache, ctx);
  if (image.kernel.initramfs) {
    await (await ctx.get(INITRAMFS)).generate(tree, kernel, image.kernel.initramfsArgs, ctx);
  }
  if (image.kernel.location === 'new') copyToBoot(tree, kernel);
}
