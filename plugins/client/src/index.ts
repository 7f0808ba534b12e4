import { definePlugin } from '@ostrata/contract';
import { DATABASE_COMMANDS } from './commands/database.ts';
import { SYSTEM_COMMANDS } from './commands/system.ts';
import { TRANSACTION_COMMANDS } from './commands/transaction.ts';
import { UPDATE_COMMANDS } from './commands/update.ts';
import { ERRORS } from './errors.ts';

/** The verbs of a system: what it is, what it becomes at the next start. */
export default definePlugin({
  name: 'client',
  apiVersion: '^0.1.0',
  errors: ERRORS,
  commands: [...UPDATE_COMMANDS, ...SYSTEM_COMMANDS, ...DATABASE_COMMANDS, ...TRANSACTION_COMMANDS],
  apply(host) {
    host.hooks['request.complete'].tapPromise(async (request, ctx) => {
      if (request.deploy?.extras['client'] === undefined) return undefined;
      return (await import('./update/taps.ts')).completeRevision(request, ctx);
    });
    host.hooks['resolve.plan'].tapPromise(async (plan) => {
      if (plan.deploy?.extras['client'] === undefined) return undefined;
      return (await import('./update/taps.ts')).isUnchanged(plan) ? { ...plan, unchanged: true } : undefined;
    });
    host.hooks['resolve.check'].tapPromise(async (plan, ctx) => {
      if (plan.deploy?.extras['client'] === undefined) return;
      await (await import('./update/taps.ts')).checkUpdate(plan, ctx);
    });
    host.hooks['deploy.staged'].tapPromise(async (deployment, ctx) => {
      if (deployment.target.extras['client'] === undefined) return;
      await (await import('./update/taps.ts')).purgeRef(deployment, ctx);
    });
    host.hooks['finalize.report'].tapPromise(async (outcome, ctx) => {
      if (outcome.deployment === null) return undefined;
      (await import('./transaction/history-file.ts')).noteDeployment(outcome, ctx);
      return undefined;
    });
  },
});
