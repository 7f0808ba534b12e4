import { definePlugin, type Extras } from '@ostrata/contract';
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
    const isTreefile = ({ extras }: { readonly extras: Extras }) => extras['treefile'] !== undefined;
    host.hooks['request.complete'].tapPromise(async (request, ctx) =>
      isTreefile(request) ? (await import('./request/complete.ts')).completeRequest(request, ctx, memory) : undefined,
    );
    host.hooks['resolve.plan'].tapPromise(async (plan, ctx) =>
      isTreefile(plan.inputs) ? (await import('./plan/shape-plan.ts')).shapePlan(plan, ctx, memory) : undefined,
    );
    host.hooks['resolve.check'].tapPromise(async (plan, ctx) => {
      if (isTreefile(plan.inputs)) (await import('./plan/check-plan.ts')).checkPlan(plan, ctx, memory);
    });
    host.hooks['assemble.populate'].tapPromise(async (assembly) => {
      if (isTreefile(assembly.plan.inputs)) (await import('./assemble/populate.ts')).populate(assembly);
    });
    host.hooks['assemble.postprocess'].tapPromise(async (assembly, ctx) => {
      if (isTreefile(assembly.plan.inputs))
        await (await import('./assemble/postprocess.ts')).postprocess(assembly, ctx);
    });
    host.hooks['assemble.check'].tapPromise(async (assembly, ctx) => {
      if (isTreefile(assembly.plan.inputs))
        await (await import('./assemble/check-accounts.ts')).checkAccounts(assembly, ctx);
    });
    host.hooks['finalize.report'].tapPromise(async (outcome, ctx) =>
      memory.recall(ctx) === undefined ? undefined : (await import('./plan/report.ts')).report(outcome, ctx, memory),
    );
  },
});
