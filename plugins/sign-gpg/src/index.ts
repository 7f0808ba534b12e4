import { definePlugin, VERIFIER } from '@ostrata/core';
import { KEYRINGS, SIGNER } from '@ostrata/signatures';
import { configSchema, type GpgConfig } from './config.schema.ts';
import { errors } from './errors.ts';

/**
 * Provides {@link VERIFIER}, {@link SIGNER} and {@link KEYRINGS} for `gpg`, and signs commits when keys are configured. What does the work
 * is loaded on first use.
 */
export default definePlugin<GpgConfig>({
  name: 'sign-gpg',
  apiVersion: '^0.1.0',
  config: configSchema,
  errors,
  apply(host) {
    host.provide(VERIFIER, 'gpg', async () => new (await import('./verifier.ts')).GpgVerifier());
    host.provide(SIGNER, 'gpg', async () => new (await import('./signer.ts')).GpgSigner());
    host.provide(KEYRINGS, 'gpg', async () => new (await import('./keyrings.ts')).GpgKeyrings());
    host.hooks['commit.sign'].tapPromise(async (publication, ctx) => {
      if (host.config.keys.length === 0) return;
      const keys = host.config.keys.map(({ key, homedir, file }) => {
        const from = file ?? (homedir === undefined ? null : { trust: homedir });
        return { from, id: key ?? null };
      });
      const { signCommit } = await import('./sign-commit.ts');
      await signCommit(await ctx.get(SIGNER, 'gpg'), keys, publication, ctx);
    });
  },
});
