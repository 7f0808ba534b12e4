import { definePlugin, HostError } from '@ostrata/contract';
import { configSchema, type LayoutConfig } from './config.schema.ts';
import { type Code, errors } from './errors.ts';
import { planLayout } from './plan-settings.ts';

/** Gives a tree of packages the form of an OSTree image: links into /var, /usr/etc, tmpfiles.d for /var, users. */
export default definePlugin<LayoutConfig>({
  name: 'layout-ostree',
  apiVersion: '^0.1.0',
  // So that the final layout is the last step, after scripts and the image author's changes.
  after: ['treefile', 'repo-rpm', 'initramfs-dracut'],
  config: configSchema,
  errors,
  // Taps load what they need when they first run: most commands make no image.
  apply(host) {
    const { config } = host;
    host.hooks['resolve.plan'].tapPromise(async (plan) => planLayout(plan, config));
    host.hooks['assemble.populate'].tapPromise(async (assembly, ctx) =>
      (await import('./populate.ts')).populate(assembly, ctx),
    );
    host.hooks['assemble.postprocess'].tapPromise(async (assembly, ctx) =>
      (await import('./postprocess.ts')).postprocess(assembly, config, ctx),
    );
    host.hooks['assemble.check'].tapPromise(async (assembly) => {
      const { lint } = await import('./lint.ts');
      const [first, ...more] = lint(assembly);
      if (first === undefined) return;
      if (more.length === 0) throw first;
      throw new HostError<Code>('LAYOUT_PROBLEMS', 'The image would not deploy.', { problems: [first, ...more] });
    });
  },
});
