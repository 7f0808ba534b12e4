import { definePlugin, PACKAGE_FORMAT } from '@ostrata/contract';
import { configSchema, type RepoRpmConfig } from './config.schema.ts';
import { RPM_ERRORS } from './errors.ts';
import { planScripts } from './scripts/plan-settings.ts';
import { registerSource, SOURCE_ERRORS } from './source/index.ts';

/** RPM packages and the repositories they come from: the source `rpm-md`, the format `rpm`, scripts and the package database. */
export default definePlugin<RepoRpmConfig>({
  name: 'repo-rpm',
  apiVersion: '^0.1.0',
  requires: ['object-store', 'sandbox'],
  config: configSchema,
  errors: { ...RPM_ERRORS, ...SOURCE_ERRORS },
  // What most commands do without is loaded on first use.
  apply(host) {
    const { config, hooks, provide } = host;
    registerSource(host);
    provide(PACKAGE_FORMAT, 'rpm', async (ctx) => (await import('./format.ts')).rpmFormat(ctx));
    hooks['resolve.plan'].tapPromise(async (plan) => planScripts(plan, config));
    hooks['assemble.scripts'].tapPromise(async (assembly, ctx) => {
      const { runScripts } = await import('./scripts/run-scripts.ts');
      await runScripts(assembly, ctx);
    });
    hooks['assemble.database'].tapPromise(async (assembly, ctx) => {
      const { placeDatabase } = await import('./database/place-database.ts');
      await placeDatabase(assembly, ctx);
    });
    hooks['commit.metadata'].tapPromise(async ({ meta, assembly }, ctx) => {
      const [{ withPackageMetadata }, { installedHeaders }] = await Promise.all([
        import('./database/commit-metadata.ts'),
        import('./database/read-database.ts'),
      ]);
      const headers = installedHeaders(assembly.tree, ctx.environment.tempDir);
      return { meta: withPackageMetadata(meta, assembly.plan, headers), assembly };
    });
  },
});
