import { definePlugin, INITRAMFS } from '@ostrata/contract';
import { configSchema, type InitramfsConfig } from './config.schema.ts';
import { errors } from './errors.ts';

/** Puts kernel and initramfs where deployments look for them, and provides {@link INITRAMFS} by the image's own dracut. */
export default definePlugin<InitramfsConfig>({
  name: 'initramfs-dracut',
  apiVersion: '^0.1.0',
  requires: ['sandbox'],
  config: configSchema,
  errors,
  // What most commands do without is loaded on first use.
  apply(host) {
    const { config } = host;
    host.provide(INITRAMFS, async () => new (await import('./dracut.ts')).DracutInitramfs(config));
    host.hooks['assemble.kernel'].tapPromise(async (assembly, ctx) =>
      (await import('./prepare.ts')).prepareKernel(assembly, config, ctx),
    );
    host.hooks['commit.metadata'].tapPromise(async ({ meta, assembly }) => {
      const { bootableMetadata } = await import('./metadata.ts');
      const changed = bootableMetadata(meta, assembly.tree, assembly.plan.inputs.image);
      return changed === undefined ? undefined : { meta: changed, assembly };
    });
  },
});
