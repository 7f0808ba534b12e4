import { definePlugin, HostError } from '@ostrata/contract';
import { configSchema, type LayoutConfig } from './config.schema.ts';
import { type Code, errors } from './errors.ts';
import { lint } from './lint.ts';
import { populate } from './populate.ts';
import { postprocess } from './postprocess.ts';

/** Gives a tree of packages the form of an OSTree image: links into /var, /usr/etc, tmpfiles.d for /var, users. */
export default definePlugin<LayoutConfig>({
  name: 'layout-ostree',
  apiVersion: '^0.1.0',
  // So that the final layout is the last step, after scripts and the image author's changes.
  after: ['treefile', 'repo-rpm', 'initramfs-dracut'],
  config: configSchema,
  errors,
  apply(host) {
    const { config } = host;
    host.hooks['assemble.populate'].tapPromise((assembly, ctx) => populate(assembly, ctx));
    host.hooks['assemble.postprocess'].tapPromise((assembly, ctx) => postprocess(assembly, config, ctx));
    host.hooks['assemble.check'].tapPromise((assembly) => {
      const [first, ...more] = lint(assembly);
      if (first === undefined) return;
      if (more.length === 0) throw first;
      throw new HostError<Code>('LAYOUT_PROBLEMS', 'The image would not deploy.', { problems: [first, ...more] });
    });
  },
});
