import { definePlugin, PACKAGE_FORMAT } from '@ostrata/core';
import { configSchema, type RepoRpmConfig } from './config.schema.ts';
import { withPackageMetadata } from './database/commit-metadata.ts';
import { placeDatabase } from './database/place-database.ts';
import { installedHeaders } from './database/read-database.ts';
import { RPM_ERRORS } from './errors.ts';
import { rpmFormat } from './format.ts';
import { runScripts } from './scripts/run-scripts.ts';

/** RPM packages: the package format, their scripts and the package database. */
export default definePlugin<RepoRpmConfig>({
  name: 'repo-rpm',
  apiVersion: '^0.1.0',
  requires: ['object-store', 'sandbox'],
  config: configSchema,
  errors: RPM_ERRORS,
  apply({ config, hooks, provide }) {
    provide(PACKAGE_FORMAT, 'rpm', rpmFormat);
    hooks['assemble.scripts'].tapPromise((assembly, ctx) => runScripts(assembly, ctx, config));
    hooks['assemble.database'].tapPromise((assembly, ctx) => placeDatabase(assembly, ctx));
    hooks['commit.metadata'].tapPromise(async ({ meta, assembly }, ctx) => {
      const headers = installedHeaders(assembly.tree, ctx.environment.tempDir);
      return { meta: withPackageMetadata(meta, assembly.plan, headers), assembly };
    });
  },
});
