import { definePlugin, INITRAMFS } from '@ostrata/contract';
import { configSchema, type InitramfsConfig } from './config.schema.ts';
import { DracutInitramfs } from './dracut.ts';
import { errors } from './errors.ts';
import { bootableMetadata } from './metadata.ts';
import { prepareKernel } from './prepare.ts';

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
