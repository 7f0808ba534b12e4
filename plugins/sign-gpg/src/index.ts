import { definePlugin, type Plan, VERIFIER } from '@ostrata/contract';
import { KEYRINGS, type SecretKey, SIGNER } from '@ostrata/signatures';
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
      const keys: SecretKey[] = host.config.keys.map(({ key, homedir, file }) => {
        const from = file ?? (homedir === undefined ? null : { trust: homedir });
        return { from, id: key ?? null };
      });
      const asked = askedKey(publication.commit.plan);
      if (asked !== null && !keys.some(({ id }) => id === asked)) keys.push({ from: null, id: asked });
      if (keys.length === 0) return;
      const { signCommit } = await import('./sign-commit.ts');
      await signCommit(await ctx.get(SIGNER, 'gpg'), keys, publication, ctx);
    });
  },
});

/** The key that another plugin asks for in the Plan: `extras['sign-gpg'] = { key }`, in gpg's home directory unless the configuration has it elsewhere. */
function askedKey(plan: Plan | null): string | null {
  const asked = plan?.inputs.extras['sign-gpg'];
  if (typeof asked !== 'object' || asked === null || !('key' in asked)) return null;
  return typeof asked['key'] === 'string' ? asked['key'] : null;
}
