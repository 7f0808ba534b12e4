import { definePlugin, KEYRINGS, SIGNER, VERIFIER } from '@ostrata/core';
import { configSchema, type GpgConfig } from './config.schema.ts';
import { errors } from './errors.ts';
import { GpgKeyrings } from './keyrings.ts';
import { signCommit } from './sign-commit.ts';
import { GpgSigner } from './signer.ts';
import { GpgVerifier } from './verifier.ts';

/** Provides {@link VERIFIER}, {@link SIGNER} and {@link KEYRINGS} for `gpg`, and signs commits when keys are configured. */
export default definePlugin<GpgConfig>({
  name: 'sign-gpg',
  apiVersion: '^0.1.0',
  config: configSchema,
  errors,
  apply(host) {
    host.provide(VERIFIER, 'gpg', () => new GpgVerifier());
    host.provide(KEYRINGS, 'gpg', () => new GpgKeyrings());
    host.provide(SIGNER, 'gpg', () => new GpgSigner());
    host.hooks['commit.sign'].tapPromise(async (publication, ctx) => {
      const keys = host.config.keys.map(({ key, homedir, file }) => {
        const from = file ?? (homedir === undefined ? null : { trust: homedir });
        return { from, id: key ?? null };
      });
      await signCommit(new GpgSigner(), keys, publication, ctx);
    });
  },
});
