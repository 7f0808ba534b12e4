import { definePlugin } from '@ostrata/contract';
import { ERRORS } from './errors.ts';
import { RunMemory } from './run-memory.ts';

/**
 * rpm-ostree treefiles. A request whose `extras.treefile` names one is completed by it: sources, packages, image. The steps that only a
 * treefile knows (units, files, scripts, accounts) travel in `plan.inputs.extras.treefile` and are done here as well.
 *
 * Taps load what they need when they first run: most commands use none of it.
 */
export default definePlugin({
  name: 'treefile',
  apiVersion: '^0.1.0',
  errors: ERRORS,
  apply(host) {
    const memory = new RunMemory();
    host.hooks['request.complete'].tapPromise(async (request, ctx) =>
      (await import('./request/complete.ts')).completeRequest(request, ctx, memory),
    );
    host.hooks['resolve.plan'].tapPromise(async (plan, ctx) =>
      (await import('./plan/shape-plan.ts')).shapePlan(plan, ctx, memory),
    );
    host.hooks['resolve.check'].tapPromise(async (plan, ctx) => {
      (await import('./plan/check-plan.ts')).checkPlan(plan, ctx, memory);
    });
    host.hooks['assemble.populate'].tapPromise(async (assembly) =>
      (await import('./assemble/populate.ts')).populate(assembly),
    );
    host.hooks['assemble.postprocess'].tapPromise(async (assembly, ctx) =>
      (await import('./assemble/postprocess.ts')).postprocess(assembly, ctx),
    );
    host.hooks['assemble.check'].tapPromise(async (assembly, ctx) => {
      await (await import('./assemble/check-accounts.ts')).checkAccounts(assembly, ctx);
    });
    host.hooks['finalize.report'].tapPromise(async (outcome, ctx) =>
      (await import('./plan/report.ts')).report(outcome, ctx, memory),
    );
  },
});
