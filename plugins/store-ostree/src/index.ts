import { DEPLOYER, definePlugin, OBJECT_STORES } from '@ostrata/contract';
import { CONFIG_DIFF } from './commands/config-diff.ts';
import { CONFIG_SCHEMA, type StoreConfig } from './config.schema.ts';
import { STORE_ERRORS } from './errors.ts';

/** OSTree repositories as the object store, and sysroots with deployments of their commits. */
export default definePlugin<StoreConfig>({
  name: 'store-ostree',
  apiVersion: '^0.1.0',
  config: CONFIG_SCHEMA,
  errors: STORE_ERRORS,
  commands: [
    {
      id: 'ostree',
      summary: 'The verbs of the ostree command, with its options and its output',
      async runRaw(argv, terminal) {
        const { runOstree } = await import('./cli/main.ts');
        return runOstree(argv, terminal);
      },
    },
    {
      id: 'usroverlay',
      summary: 'Make /usr writable until the next start',
      description:
        'As `ostrata ostree admin unlock`: changes are laid over /usr. --hotfix keeps them, --transient shows them only to whoever remounts it.',
      async runRaw(argv, terminal) {
        const { runOstree } = await import('./cli/main.ts');
        return runOstree(['admin', 'unlock', ...argv], terminal);
      },
    },
    CONFIG_DIFF,
  ],
  apply(host) {
    host.hooks['request.check'].tapPromise(async (request) => {
      (await import('./store/check-target.ts')).checkTarget(request);
    });
    host.hooks['deploy.bootloader'].tapPromise(async ({ sysroot }) => {
      const { configuredLoader } = await import('./sysroot/settings.ts');
      return configuredLoader(sysroot);
    });
    host.hooks['finalize.report'].tapPromise(async (outcome, ctx) => {
      if (outcome.deployment === null) return undefined;
      return (await import('./sysroot/etc-report.ts')).addEtcReport(outcome, host.config.etcConflicts, ctx);
    });
    host.provide(DEPLOYER, async () => new (await import('./sysroot/deployer.ts')).OstreeDeployer(host.config));
    host.provide(OBJECT_STORES, async (ctx) => {
      // Loaded on first use: the native library for system calls costs start-up time.
      const { ostreeStores } = await import('./store/stores.ts');
      return ostreeStores({
        refBinding: host.config.refBinding,
        rootStrategy: host.config.roots,
        defaultMode: ctx.environment.uid === 0 ? 'bare' : 'bare-user',
      });
    });
  },
});
