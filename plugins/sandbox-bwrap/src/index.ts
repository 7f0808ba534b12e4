import { definePlugin, EXEC, SANDBOX } from '@ostrata/contract';
import { configSchema, type SandboxConfig } from './config.schema.ts';
import { errors } from './errors.ts';

/** Provides {@link SANDBOX} by bubblewrap, with the layers of a root mounted in a private mount namespace. */
export default definePlugin<SandboxConfig>({
  name: 'sandbox-bwrap',
  apiVersion: '^0.1.0',
  requires: ['exec'],
  config: configSchema,
  errors,
  apply(host) {
    // Loaded on first use: most commands run nothing.
    host.provide(SANDBOX, async (ctx) => {
      const { BwrapSandbox } = await import('./sandbox.ts');
      return new BwrapSandbox(await ctx.get(EXEC), host.config, ctx);
    });
  },
});
